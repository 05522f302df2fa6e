//! A port that is open and answered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::tls::Tls;
use super::{Limits, Server, ServerError, Service};

/// A port that is answered, until it is dropped.
#[derive(Debug)]
pub struct Port {
    /// Where.
    pub address: SocketAddr,
    stop: watch::Sender<()>,
    servers: JoinSet<()>,
}

impl Port {
    /// Listens and answers, over TLS too if there is something to speak it with. The loopback address is listened on in both
    /// of its forms: clients differ in which of them `localhost` is.
    ///
    /// # Errors
    /// If the address is in use or cannot be listened on.
    pub async fn open(
        address: SocketAddr,
        limits: Limits,
        tls: Option<Tls>,
        service: impl Service,
    ) -> Result<Self, ServerError> {
        let (first, second) = bind(address, limits).await?;
        let address = first.address();
        let (stop, stopped) = watch::channel(());
        let mut servers = JoinSet::new();
        for server in [first].into_iter().chain(second) {
            let mut stopped = stopped.clone();
            servers.spawn(server.secured(tls.clone()).run(service.clone(), async move {
                // A dropped sender stops as well as a sent word.
                let _ = stopped.changed().await;
            }));
        }
        Ok(Self { address, stop, servers })
    }

    /// The URL by which programs on this machine reach it.
    #[must_use]
    pub fn url(&self) -> String {
        url("http", self.address)
    }

    /// Takes no more requests and finishes those that are open.
    pub async fn close(self) {
        drop(self.stop);
        self.servers.join_all().await;
    }
}

async fn bind(address: SocketAddr, limits: Limits) -> Result<(Server, Option<Server>), ServerError> {
    loop {
        let first = Server::bind(address, limits).await?;
        if address.ip() != Ipv4Addr::LOCALHOST {
            return Ok((first, None));
        }
        match Server::bind((Ipv6Addr::LOCALHOST, first.address().port()).into(), limits).await {
            Ok(second) => return Ok((first, Some(second))),
            // Not every machine has the other form.
            Err(ServerError::Unavailable { .. }) => return Ok((first, None)),
            // A port that is free in one form only: take the next.
            Err(ServerError::PortInUse { .. }) if address.port() == 0 => {}
            Err(error @ ServerError::PortInUse { .. }) => return Err(error),
        }
    }
}

/// An address of this machine that only itself reaches.
#[must_use]
pub fn here(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The URL by which programs on this machine reach an address that is listened on.
#[must_use]
pub fn url(scheme: &str, address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}
