//! Under load: a crowd is let in one by one and nobody is sent away again and again; clients that dawdle, or hold
//! connections without a word, keep nobody else out.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{
        io::{ErrorKind, Read, Write},
        net::{SocketAddr, TcpListener, TcpStream},
        time::{Duration, Instant},
    };

    use super::http::Backend;

    const SHORT: Duration = Duration::from_millis(300);
    /// Far beyond what is waited for: only a test that fails takes so long.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A target that takes its time, and then refuses the password.
    fn slow_target(takes: Duration) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let mut greeting = [0; 1024];
                    assert!(stream.read(&mut greeting).unwrap() > 0);
                    std::thread::sleep(takes);
                    let fields = b"SFATAL\0VFATAL\0C28P01\0Mno\0\0";
                    let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
                    stream.write_all(&[b"E".as_slice(), &length, fields].concat()).unwrap();
                });
            }
        });
        port
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_is_refused_is_refused_about_once() {
        const CROWD: u32 = 40;
        let port = slow_target(Duration::from_millis(150));
        let backend = Backend::configured(
            |settings| settings.allow_target.push(format!("postgres://127.0.0.1:{port}")),
            |config| config.limits.sign_ins = 2,
        )
        .await;
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..CROWD {
            let mut browser = backend.browser();
            // Somebody else each time, so that nobody is locked out.
            let text = format!("postgres://person{number}:pw@127.0.0.1:{port}/app");
            crowd.spawn(async move {
                let mut refused = 0;
                loop {
                    let answer = browser.reconnect(&text, &format!("attempt-{number}")).await;
                    if answer.status == 422 {
                        return refused;
                    }
                    assert_eq!(answer.code(), "OVERLOADED", "{answer:?}");
                    refused += 1;
                    let wait = answer.header("retry-after").parse().unwrap();
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                }
            });
        }
        let mut refusals: Vec<u32> = crowd.join_all().await;
        refusals.sort_unstable();
        let sum: u32 = refusals.iter().sum();
        assert!(sum >= CROWD / 2, "there was no crowd: {refusals:?}");
        assert!(sum <= CROWD * 3 / 2 && *refusals.last().unwrap() <= 3, "{refusals:?}");
    }

    fn connect(address: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Writes `start` and then a byte now and then, until the server has closed; what it said, and when it was through.
    fn dawdle(address: SocketAddr, start: &str) -> (String, Duration) {
        // Before connecting: the server may count from there before this thread goes on.
        let started = Instant::now();
        let mut stream = connect(address);
        stream.write_all(start.as_bytes()).unwrap();
        stream.set_read_timeout(Some(SHORT / 10)).unwrap();
        let (mut text, mut buffer) = (Vec::new(), [0; 1024]);
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => text.extend_from_slice(&buffer[..read]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if stream.write_all(b"x").is_err() {
                        break;
                    }
                }
                // Closed while a byte was on its way.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error}"),
            }
            assert!(started.elapsed() < PATIENCE, "still served");
        }
        (String::from_utf8(text).unwrap(), started.elapsed())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_byte_now_and_then_gains_no_time() {
        let backend = Backend::configured(
            |_| {},
            |config| {
                config.limits.head_time = SHORT;
                config.limits.body_time = SHORT;
            },
        )
        .await;
        let address = backend.address;
        tokio::task::spawn_blocking(move || {
            let (_, took) = dawdle(address, "POST /api/logout HTTP/1.1\r\nx-slow: ");
            assert!(took >= SHORT && took < SHORT * 10, "a head: {took:?}");
            let head = format!(
                "POST /api/logout HTTP/1.1\r\nhost: {address}\r\nx-session-keepalive: 1\r\n\
                 content-type: application/json\r\ncontent-length: 9000\r\n\r\n"
            );
            let (text, took) = dawdle(address, &head);
            assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
            assert!(took >= SHORT && took < SHORT * 10, "a body: {took:?}");
        })
        .await
        .unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn silent_connections_keep_nobody_out_for_longer_than_a_head_may_take() {
        const SEATS: usize = 4;
        let backend = Backend::configured(
            |_| {},
            |config| {
                config.limits.head_time = SHORT;
                config.limits.connections = SEATS;
            },
        )
        .await;
        let address = backend.address;
        let silent = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let silent: Vec<TcpStream> = (0..SEATS).map(|_| connect(address)).collect();
            (silent, started)
        });
        let (silent, started) = silent.await.unwrap();
        let mut browser = backend.browser();
        let answer = tokio::time::timeout(PATIENCE, browser.get("/healthz")).await.expect("a seat gets free");
        assert_eq!(answer.status, 200, "served once a seat was free");
        assert!(started.elapsed() >= SHORT, "every seat was taken: {:?}", started.elapsed());
        drop(silent);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_connection_too_many_is_served_as_soon_as_another_one_ends() {
        let backend = Backend::configured(|_| {}, |config| config.limits.connections = 1).await;
        let address = backend.address;
        tokio::task::spawn_blocking(move || {
            let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n");
            let mut first = connect(address);
            first.write_all(request.as_bytes()).unwrap();
            let mut buffer = [0; 1024];
            assert!(first.read(&mut buffer).unwrap() > 0, "it is served");
            let mut second = connect(address);
            second.write_all(request.as_bytes()).unwrap();
            second.set_read_timeout(Some(SHORT)).unwrap();
            let waiting = second.read(&mut buffer).unwrap_err();
            assert!(matches!(waiting.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waiting}");
            drop(first);
            second.set_read_timeout(Some(PATIENCE)).unwrap();
            let read = second.read(&mut buffer).unwrap();
            assert!(buffer[..read].starts_with(b"HTTP/1.1 200 "));
        })
        .await
        .unwrap();
    }
}
