//! A set of named values: sorted, and cheap to copy, since a sweep has one for each of its cells.

use std::fmt;
use std::sync::Arc;

use crate::parameter::Value;

/// A complete set of resolved parameter values, ordered by name.
///
/// Copies share the names, which are the same in all cells of a sweep.
#[derive(Clone, Default, PartialEq)]
pub struct Parameters(Vec<(Arc<str>, Value)>);

impl Parameters {
    /// No values.
    #[must_use]
    pub fn new() -> Parameters {
        Parameters::default()
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value called `name`, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.place(name).ok().map(|place| &mut self.0[place].1)
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
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    /// Gives `name` the value unless it has one.
    pub fn insert_default(&mut self, name: impl Into<Arc<str>>, value: Value) {
        let name = name.into();
        if let Err(place) = self.place(&name) {
            self.0.insert(place, (name, value));
        }
    }

    /// Takes the value called `name` out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.place(name).ok().map(|place| self.0.remove(place).1)
    }

    /// Leaves the values of which `is_kept` says so.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| is_kept(name, value));
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The names in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// The values in the order of the names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Where `name` is, or would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

/// Names and values of [`Parameters`].
pub type Iter<'a> = std::iter::Map<
    std::slice::Iter<'a, (Arc<str>, Value)>,
    fn(&'a (Arc<str>, Value)) -> (&'a str, &'a Value),
>;

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

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
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
}
