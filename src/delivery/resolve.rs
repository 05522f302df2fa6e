//! From the name of a host to its addresses. Asked once for each connection, so that what the gate has looked at is what is
//! connected to, whatever the name means a moment later.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

/// The addresses that a name has now.
pub(super) type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up, with the port that the addresses get.
pub(super) type Resolver = Box<dyn Fn(String, u16) -> Lookup + Send + Sync>;

/// The system's, which knows its own names as well as those of the network.
pub(super) fn system() -> Resolver {
    Box::new(|host, port| Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::net::Ipv4Addr;
    use std::sync::{Arc, Mutex};

    use http::Method;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::address::Address;
    use super::super::client::Client;
    use super::super::gate::Gate;
    use super::super::tls::{Authorities, Tls};
    use super::*;
    use crate::base::id::DeliveryId;
    use crate::base::time::WallLimit;
    use crate::engine::port::Attempt;
    use crate::journal::entry::Outcome;

    /// Answers, one after the other, whatever the name; none is left over.
    fn scripted(answers: &Arc<Mutex<VecDeque<Vec<SocketAddr>>>>) -> Resolver {
        let answers = Arc::clone(answers);
        Box::new(move |_, _| {
            let next = answers.lock().unwrap().pop_front();
            Box::pin(async move { next.ok_or_else(|| io::Error::other("asked too often")) })
        })
    }

    /// Acknowledges and closes; tells how many have come.
    async fn receiver() -> (SocketAddr, Arc<Mutex<usize>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, count) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(0)));
        let seen = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                *seen.lock().unwrap() += 1;
                let mut space = [0; 4096];
                assert!(stream.read(&mut space).await.unwrap() > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            }
        });
        (address, count)
    }

    #[tokio::test]
    async fn a_name_that_means_something_else_the_next_time_leads_nowhere_new() {
        let (here, seen) = receiver().await;
        let metadata: SocketAddr = "169.254.169.254:80".parse().unwrap();
        let elsewhere: SocketAddr = "10.0.0.1:80".parse().unwrap();
        let answers = Arc::new(Mutex::new(VecDeque::from([
            vec![here],
            // Both at once: the one that is forbidden is passed over.
            vec![metadata, elsewhere, here],
            vec![elsewhere],
            vec![metadata],
            vec![here],
        ])));
        let tls = Tls::new(Authorities::default());
        let client = Client::new(Gate::new(["known.example".to_owned()].into()), tls, scripted(&answers));
        let attempt = |url: &str| Attempt {
            delivery: DeliveryId(1),
            attempt: 1,
            method: Method::POST,
            url: url.into(),
            headers: Vec::new(),
            hops: 1,
            body: bytes::Bytes::from_static(b"{}"),
            timeout: WallLimit::from_secs(10),
            lost: None,
        };
        let check = async |url: &str, passes: bool, left: usize| {
            let address = Address::of(url, None).unwrap();
            let outcome = client.send(&address, &attempt(url)).await.outcome;
            let passed = outcome == Outcome::Status(200);
            assert!(passed == passes && (passed || matches!(outcome, Outcome::Forbidden(_))), "{url}: {outcome:?}");
            assert_eq!(answers.lock().unwrap().len(), left, "a name is looked up once for each connection");
        };
        check("http://rebind.example/x", true, 4).await;
        check("http://rebind.example/x", true, 3).await;
        check("http://rebind.example/x", false, 2).await;
        // That the host is allowed by name does not let it become a metadata service.
        check("http://known.example/x", false, 1).await;
        check("http://known.example/x", true, 0).await;
        assert_eq!(*seen.lock().unwrap(), 3);
    }
}
