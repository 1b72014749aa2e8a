//! A set of named values: sorted, and cheap to copy, since a sweep has one for each of its cells.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::parameter::Value;

/// A complete set of resolved parameter values, ordered by name.
///
/// Copies share names and values; a copy that is changed keeps the few values that differ beside the
/// shared ones, so that the cells of a sweep take little more memory than what varies in it.
#[derive(Clone, Default)]
pub struct Parameters {
    /// In the order of the names.
    shared: Arc<Vec<Entry>>,
    /// Values instead of shared ones, by their places, which increase.
    own: Vec<(usize, Value)>,
}

/// A value with its name.
#[derive(Clone)]
struct Entry {
    /// The name's first eight bytes, which tell most names apart at once.
    beginning: u64,
    name: Arc<str>,
    value: Value,
}

/// The first eight bytes of `name`, ordered as names are: zeros stand for those that it lacks.
fn beginning(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let n_bytes = name.len().min(8);
    bytes[..n_bytes].copy_from_slice(&name.as_bytes()[..n_bytes]);
    u64::from_be_bytes(bytes)
}

impl Parameters {
    /// No values.
    #[must_use]
    pub fn new() -> Parameters {
        Parameters::default()
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shared.is_empty()
    }

    /// The value called `name`, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|place| self.at(place))
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.place(name).ok().map(|place| self.at_mut(place))
    }

    /// Whether there is a value called `name`.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Gives `name` the value; returns the one that it had.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.place(&name) {
            Ok(place) => Some(std::mem::replace(self.at_mut(place), value)),
            Err(place) => {
                self.add(place, name, value);
                None
            }
        }
    }

    /// Gives `name` the value unless it has one.
    pub fn insert_default(&mut self, name: impl Into<Arc<str>>, value: Value) {
        let name = name.into();
        if let Err(place) = self.place(&name) {
            self.add(place, name, value);
        }
    }

    /// Takes the value called `name` out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.place(name).ok().map(|place| self.entries().remove(place).value)
    }

    /// Leaves the values of which `is_kept` says so.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&str, &mut Value) -> bool) {
        self.entries().retain_mut(|entry| is_kept(&entry.name, &mut entry.value));
    }

    /// Names and values, in the order of the names.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { of: self, places: 0..self.len() }
    }

    /// The names in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.shared.iter().map(|entry| &*entry.name)
    }

    /// The values in the order of the names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// Where `name` is, or would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let wanted = beginning(name);
        self.shared.binary_search_by(|entry| {
            entry.beginning.cmp(&wanted).then_with(|| (*entry.name).cmp(name))
        })
    }

    fn at(&self, place: usize) -> &Value {
        let own = self.own.iter().find(|(at, _)| *at == place);
        own.map_or(&self.shared[place].value, |(_, value)| value)
    }

    fn at_mut(&mut self, place: usize) -> &mut Value {
        if self.own.is_empty() && Arc::get_mut(&mut self.shared).is_some() {
            return &mut Arc::make_mut(&mut self.shared)[place].value;
        }
        let idx = self.own.binary_search_by_key(&place, |(at, _)| *at).unwrap_or_else(|idx| {
            self.own.reserve_exact(1);
            self.own.insert(idx, (place, self.shared[place].value.clone()));
            idx
        });
        &mut self.own[idx].1
    }

    fn add(&mut self, place: usize, name: Arc<str>, value: Value) {
        let beginning = beginning(&name);
        self.entries().insert(place, Entry { beginning, name, value });
    }

    /// All values, of this copy alone.
    fn entries(&mut self) -> &mut Vec<Entry> {
        let entries = Arc::make_mut(&mut self.shared);
        for (place, value) in self.own.drain(..) {
            entries[place].value = value;
        }
        entries
    }
}

/// Names and values of [`Parameters`].
#[derive(Clone)]
pub struct Iter<'a> {
    of: &'a Parameters,
    places: Range<usize>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.places.next()?;
        Some((&self.of.shared[place].name, self.of.at(place)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Parameters {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Parameters {
    type Item = (Arc<str>, Value);
    type IntoIter = std::vec::IntoIter<(Arc<str>, Value)>;

    fn into_iter(mut self) -> Self::IntoIter {
        let entries = std::mem::take(self.entries()).into_iter();
        entries.map(|entry| (entry.name, entry.value)).collect::<Vec<_>>().into_iter()
    }
}

impl PartialEq for Parameters {
    fn eq(&self, other: &Parameters) -> bool {
        (Arc::ptr_eq(&self.shared, &other.shared) && self.own == other.own)
            || self.iter().eq(other.iter())
    }
}

impl<N: Into<Arc<str>>> Extend<(N, Value)> for Parameters {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, values: I) {
        for (name, value) in values {
            self.insert(name, value);
        }
    }
}

impl<N: Into<Arc<str>>> FromIterator<(N, Value)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(values: I) -> Parameters {
        let mut parameters = Parameters::new();
        parameters.extend(values);
        parameters
    }
}

impl<N: Into<Arc<str>>, const K: usize> From<[(N, Value); K]> for Parameters {
    fn from(values: [(N, Value); K]) -> Parameters {
        Parameters::from_iter(values)
    }
}

impl std::ops::Index<&str> for Parameters {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or_else(|| panic!("there is no parameter `{name}`"))
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name_and_stand_in_its_order() {
        let of = |n| Value::Integer(n);
        let mut set = Parameters::from([("b", of(1)), ("a", of(2)), ("b", of(3))]);
        assert_eq!(set.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((set.get("b"), set.get("c")), (Some(&of(3)), None));
        assert_eq!(set.insert("c".to_owned(), of(4)), None);
        assert_eq!(set.insert("a", of(5)), Some(of(2)));
        set.insert_default("c", of(9));
        let copy = set.clone();
        assert_eq!(set.remove("b"), Some(of(3)));
        assert_ne!(set, copy);
        set.retain(|name, _| name != "c");
        assert_eq!(set, Parameters::from([("a", of(5))]));
        assert_eq!((set.len(), copy.len(), Parameters::new().is_empty()), (1, 3, true));
    }

    #[test]
    fn copies_differ_in_what_was_changed_alone() {
        let of = |n| Value::Integer(n);
        let first = Parameters::from([("record_at", of(1)), ("record_every", of(2)), ("a", of(3))]);
        let mut second = first.clone();
        assert_eq!(second.insert("record_every", of(5)), Some(of(2)));
        assert_eq!(second.insert("a", of(6)), Some(of(3)));
        *second.get_mut("a").unwrap() = of(7);
        assert_eq!(first["record_every"], of(2));
        assert_ne!(first, second);
        let whole = [("a", of(7)), ("record_at", of(1)), ("record_every", of(5))];
        assert_eq!(second, Parameters::from(whole.clone()));
        assert!(second.iter().eq(whole.iter().map(|(name, value)| (*name, value))));
        assert_eq!(second.iter().len(), 3);
        let mut third = second.clone();
        third.insert("record", of(0));
        assert_eq!(third.keys().collect::<Vec<_>>(), ["a", "record", "record_at", "record_every"]);
        assert_eq!(third.remove("record_every"), Some(of(5)));
        assert_eq!(third["a"], of(7));
        let pairs: Vec<(Arc<str>, Value)> = second.into_iter().collect();
        assert_eq!(pairs, whole.map(|(name, value)| (Arc::from(name), value)));
    }
}
