//! Whom to trust over https.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, pem::PemObject},
};
use serde::{Deserialize, Serialize};

/// The certificate authorities that are trusted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Roots {
    /// Mozilla's list, compiled in, so it is the same on every machine.
    Bundled,
    /// The user's, each in DER.
    Own(Vec<Vec<u8>>),
}

impl Roots {
    /// Reads certificates in PEM.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let pem = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let certificates: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(&pem)
            .map(|certificate| Ok(certificate?.to_vec()))
            .collect::<Result<_>>()
            .with_context(|| format!("{} is not a PEM file", file.display()))?;
        ensure!(!certificates.is_empty(), "{} holds no certificate", file.display());
        let roots = Self::Own(certificates);
        roots.store().with_context(|| {
            format!("{} holds a certificate that cannot be used", file.display())
        })?;
        Ok(roots)
    }

    fn store(&self) -> Result<RootCertStore> {
        let mut store = RootCertStore::empty();
        match self {
            Self::Bundled => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Self::Own(certificates) => {
                for certificate in certificates {
                    store.add(CertificateDer::from_slice(certificate))?;
                }
            }
        }
        Ok(store)
    }

    /// The TLS settings of a client.
    #[cfg_attr(
        not(feature = "async"),
        expect(dead_code, reason = "the blocking client makes its own")
    )]
    pub(crate) fn client(&self) -> Arc<ClientConfig> {
        let store = self.store().expect("certificates are checked when they are read");
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("the provider supports the usual versions")
            .with_root_certificates(store)
            .with_no_client_auth();
        Arc::new(config)
    }
}

/// The cryptography. It is always named, because rustls refuses to choose if two are compiled in.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
