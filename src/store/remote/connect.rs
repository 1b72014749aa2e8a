//! From an address to a bucket.

use crate::store::error::StoreError;
use crate::store::remote::objects::Objects;

/// How addresses of stores on S3 begin.
const SCHEME: &str = "s3://";

/// `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub bucket: String,
    /// Without slashes at its ends; may be empty.
    pub prefix: String,
}

impl Address {
    /// Reads an address; `None` if `text` does not begin like one.
    ///
    /// # Errors
    /// [`StoreError::Address`] if it begins like one, and is none.
    pub(crate) fn parse(text: &str) -> Result<Option<Address>, StoreError> {
        let wrong = |reason| StoreError::Address { url: text.to_owned(), reason };
        let Some(rest) = text.strip_prefix(SCHEME) else {
            let is_meant = text.contains("://") || text.to_lowercase().starts_with("s3:");
            let reason = "a store is a folder, or `s3://BUCKET/PREFIX` in small letters";
            return if is_meant { Err(wrong(reason)) } else { Ok(None) };
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_bucket = (3..=63).contains(&bucket.len())
            && bucket.starts_with(is_name)
            && bucket.ends_with(is_name)
            && bucket.chars().all(|c| is_name(c) || "-.".contains(c))
            && !bucket.contains("..");
        if !is_bucket {
            return Err(wrong(
                "after `s3://` comes the name of a bucket: 3 to 63 small letters, digits, `-` and `.`",
            ));
        }
        let prefix = prefix.trim_end_matches('/');
        let is_part = |part: &str| {
            !["", ".", ".."].contains(&part)
                && part.chars().all(|c| is_plain(c) || "=+@~".contains(c))
        };
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(wrong("the parts of a prefix are of letters, digits and `-._=+@~`"));
        }
        Ok(Some(Address { bucket: bucket.to_owned(), prefix: prefix.to_owned() }))
    }

    /// The address, the same however it was typed.
    pub(crate) fn url(&self) -> String {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        format!("{SCHEME}{}{slash}{}", self.bucket, self.prefix)
    }
}

/// The objects at `address`, with the credentials of the environment.
///
/// # Errors
/// If a variable of the environment has no meaning.
#[cfg(feature = "s3")]
pub(crate) fn objects(address: &Address) -> Result<Box<dyn Objects>, StoreError> {
    Ok(Box::new(crate::store::remote::s3::S3::new(address)?))
}

/// The same without the feature: an error that says how to have it.
#[cfg(not(feature = "s3"))]
pub(crate) fn objects(address: &Address) -> Result<Box<dyn Objects>, StoreError> {
    Err(StoreError::NotBuilt { url: address.url() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_bucket_and_may_have_a_prefix() {
        let url = |text| Address::parse(text).unwrap().map(|address| address.url());
        assert_eq!(url("store"), None);
        assert_eq!(url("s3://a-b.c").as_deref(), Some("s3://a-b.c"));
        assert_eq!(url("s3://lab/sgd/2026/").as_deref(), Some("s3://lab/sgd/2026"));
        for wrong in [
            "s3://",
            "s3:///x",
            "s3://lab//x",
            "s3://lab/../x",
            "s3://lab/a b",
            "s3://l?",
            "s3://a",
            "s3://UPPER/x",
            "s3://../x",
            "S3://lab/x",
            "s3:/lab",
            "gs://lab/x",
            "http://lab/x",
        ] {
            assert!(matches!(Address::parse(wrong), Err(StoreError::Address { .. })), "{wrong}");
        }
    }
}
