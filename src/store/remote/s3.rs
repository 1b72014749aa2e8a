//! Buckets on S3 and whatever speaks its language, through the crate `object_store`.

use std::error::Error as _;
use std::io::Read;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path as ObjectPath;
use object_store::{
    BackoffConfig, ClientConfigKey, Error, MultipartUpload, ObjectMeta, ObjectStore as _,
    ObjectStoreExt as _, RetryConfig,
};
use tokio::runtime::Runtime;

use crate::store::error::StoreError;
use crate::store::remote::connect::Address;
use crate::store::remote::objects::{Fault, FaultKind, Objects};

/// Larger objects go up in parts of this size, ten thousand at most.
const PART: u64 = 16 << 20;
/// Times that a request is sent again, and how long at most: an outage of some seconds passes.
const RETRIES: usize = 6;
const PATIENCE: Duration = Duration::from_mins(1);
/// What the crate says of a list whose connection broke within the answer.
const CUT_LIST: &str = "Error getting list response body";
/// Variables that go into requests as they are.
const VARIABLES: [&str; 7] = [
    "AWS_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SESSION_TOKEN",
];
/// Where a machine of Amazon's finds its credentials.
const INSTANCE_METADATA: &str = "169.254.169.254";
/// Time limits where the environment has none: of a request, and of a pause within it.
const LIMITS: [(&str, ClientConfigKey, &str); 2] = [
    ("AWS_TIMEOUT", ClientConfigKey::Timeout, "300s"),
    ("AWS_READ_TIMEOUT", ClientConfigKey::ReadTimeout, "20s"),
];

/// The objects below a prefix of a bucket.
#[derive(Debug)]
pub(crate) struct S3 {
    /// It runs on the threads that wait for it.
    runtime: Runtime,
    bucket: AmazonS3,
    prefix: ObjectPath,
    /// Where the bucket is, if the environment says so.
    endpoint: Option<String>,
}

impl S3 {
    /// The objects at `address`: credentials, region and endpoint come from the variables `AWS_…` of
    /// the environment.
    ///
    /// # Errors
    /// If one of them has no meaning.
    pub(crate) fn new(address: &Address) -> Result<S3, StoreError> {
        let failed = |message| StoreError::Bucket {
            doing: "reach",
            url: address.url(),
            source: Box::new(Fault { kind: FaultKind::Setting, message }),
        };
        check_variables().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(error.to_string()))?;
        let (init_backoff, max_backoff) = (Duration::from_millis(200), Duration::from_secs(5));
        let backoff = BackoffConfig { init_backoff, max_backoff, base: 3.0 };
        let retry = RetryConfig { backoff, max_retries: RETRIES, retry_timeout: PATIENCE };
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(&address.bucket);
        for (variable, key, value) in LIMITS {
            if std::env::var_os(variable).is_none() {
                builder = builder.with_config(AmazonS3ConfigKey::Client(key), value);
            }
        }
        let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
        let is_plain = endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let allow_http = AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp);
        if is_plain && builder.get_config_value(&allow_http).as_deref() != Some("true") {
            let message = "an endpoint without TLS wants AWS_ALLOW_HTTP=true".to_owned();
            return Err(failed(message));
        }
        let bucket = builder.with_retry(retry).build();
        let bucket = bucket.map_err(|error| failed(Fault::from(error).message))?;
        Ok(S3 { runtime, bucket, prefix: ObjectPath::from(address.prefix.as_str()), endpoint })
    }

    fn path(&self, name: &str) -> ObjectPath {
        name.split('/').filter(|part| !part.is_empty()).fold(self.prefix.clone(), ObjectPath::join)
    }

    async fn write_parts(
        upload: &mut dyn MultipartUpload,
        content: &mut dyn Read,
        size: u64,
    ) -> Result<(), Fault> {
        for start in (0..size).step_by(PART as usize) {
            let part = bytes_of(content, PART.min(size - start))?;
            upload.put_part(part.into()).await.map_err(Fault::from)?;
        }
        upload.complete().await.map(|_| ()).map_err(Fault::from)
    }
}

impl S3 {
    fn list_once(&self, folder: &str) -> Result<Vec<(String, u64)>, Fault> {
        let path = self.path(folder);
        let listed = self.runtime.block_on(self.bucket.list_with_delimiter(Some(&path)));
        let listed = listed.map_err(|error| match Fault::from(error) {
            Fault { kind: FaultKind::NotFound, message } => {
                Fault { kind: FaultKind::NoBucket, message }
            }
            fault => fault,
        })?;
        let last = |path: &ObjectPath| path.filename().unwrap_or_default().to_owned();
        let objects =
            listed.objects.iter().map(|ObjectMeta { location, size, .. }| (last(location), *size));
        let folders = listed.common_prefixes.iter().map(|path| (last(path), 0));
        Ok(objects.chain(folders).collect())
    }
}

/// Refuses variables of the environment that no request can be made of.
fn check_variables() -> Result<(), String> {
    for variable in VARIABLES {
        let Some(value) = std::env::var_os(variable) else { continue };
        let value = value.to_str().unwrap_or(" ");
        if value.is_empty() {
            return Err(format!("the variable {variable} is empty; unset it or give it a value"));
        }
        if !value.chars().all(|c| c.is_ascii_graphic()) {
            return Err(format!("the variable {variable} has a blank, a line break or the like"));
        }
        if variable.starts_with("AWS_ENDPOINT") && !is_endpoint(value) {
            return Err(format!(
                "the variable {variable} is `{value}`; it takes an address such as https://host:9000"
            ));
        }
    }
    Ok(())
}

/// Whether `text` is the address of a server.
fn is_endpoint(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let Some(server) = rest.and_then(|rest| rest.split('/').next()) else { return false };
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    };
    !host.is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

impl Objects for S3 {
    fn server(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    fn list(&self, folder: &str) -> Result<Vec<(String, u64)>, Fault> {
        // A connection that breaks within an answer is taken up again by the crate for objects alone.
        let is_cut = |fault: &Fault| fault.message.contains(CUT_LIST);
        for _ in 0..RETRIES {
            match self.list_once(folder) {
                Err(fault) if is_cut(&fault) => {}
                listed => return listed,
            }
        }
        self.list_once(folder)
    }

    fn read(&self, name: &str, places: Range<u64>) -> Result<Bytes, Fault> {
        let path = self.path(name);
        self.runtime.block_on(self.bucket.get_range(&path, places)).map_err(Fault::from)
    }

    fn write(&self, name: &str, content: &mut dyn Read, size: u64) -> Result<(), Fault> {
        let path = self.path(name);
        self.runtime.block_on(async {
            if size <= PART {
                let all = bytes_of(content, size)?;
                return self.bucket.put(&path, all.into()).await.map(|_| ()).map_err(Fault::from);
            }
            let mut upload = self.bucket.put_multipart(&path).await.map_err(Fault::from)?;
            let written = S3::write_parts(&mut *upload, content, size).await;
            if written.is_err() {
                // The server forgets the parts, or its owner has it do so in time.
                let _ = upload.abort().await;
            }
            written
        })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Fault> {
        let (from, to) = (self.path(from), self.path(to));
        self.runtime.block_on(self.bucket.rename(&from, &to)).map_err(Fault::from)
    }
}

/// The next `size` bytes of `content`.
fn bytes_of(content: &mut dyn Read, size: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(size as usize);
    let n_read = content.take(size).read_to_end(&mut bytes);
    let unusable = |message| Fault { kind: FaultKind::Source, message };
    if n_read.map_err(|error| unusable(error.to_string()))? as u64 == size {
        Ok(bytes)
    } else {
        Err(unusable("it became shorter while it was read".to_owned()))
    }
}

/// What a failed request means.
impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let text = error.to_string();
        let mut kind = match &error {
            Error::NotFound { .. } => FaultKind::NotFound,
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => FaultKind::Denied,
            _ => FaultKind::Other,
        };
        let mut cause = error.source();
        while let (Some(error), FaultKind::Other) = (cause, kind) {
            if let Some(error) = error.downcast_ref::<HttpError>()
                && !matches!(error.kind(), HttpErrorKind::Decode | HttpErrorKind::Unknown)
            {
                kind = FaultKind::Unreachable;
            }
            cause = error.source();
        }
        // Of a list the crate tells only in its text.
        if text.contains("status code: 403") || text.contains("status code: 401") {
            kind = FaultKind::Denied;
        }
        if text.contains("NoSuchBucket") {
            kind = FaultKind::NoBucket;
        }
        // Without credentials in the environment they are asked of the machine, which has some on Amazon's.
        if text.contains(INSTANCE_METADATA) {
            kind = FaultKind::Denied;
        }
        Fault { kind, message: text.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_have_a_scheme_a_host_and_perhaps_a_port() {
        for right in ["http://localhost:9000", "https://s3.example.org/base/", "http://[::1]:9000"]
        {
            assert!(is_endpoint(right), "{right}");
        }
        for wrong in
            ["", "minio.local:9000", "https://", "http://127.0.0.1:99999", "http://h:", "ftp://h"]
        {
            assert!(!is_endpoint(wrong), "{wrong}");
        }
    }
}
