use std::{error::Error, fmt, time::Duration};

use tonic::transport::Endpoint;

/// HTTP/2's largest window ([RFC 9113, section 6.9.1](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.1)).
const LARGEST_WINDOW: u32 = (1 << 31) - 1;

/// The settings of a connection, each with a default that can be lived with.
///
/// A preset is valid: [`PresetBuilder::build`] has seen to it.
///
/// | setting | default | from |
/// |---|---|---|
/// | [`connect_timeout`](PresetBuilder::connect_timeout) | 20 s | gRPC's connection back-off |
/// | [`tcp_nodelay`](PresetBuilder::tcp_nodelay) | on | tonic, gRPC |
/// | [`tcp_keepalive`](PresetBuilder::tcp_keepalive) | 60 s, then 4 times 15 s | idle limits on the way |
/// | [`tcp_user_timeout`](PresetBuilder::tcp_user_timeout) | 20 s | gRPC A18 |
/// | [`http2_keepalive`](PresetBuilder::http2_keepalive) | 330 s, 20 s to answer, not while idle | gRPC's keepalive guide |
/// | [`stream_window`](PresetBuilder::stream_window) | 256 KiB | RFC 9113 |
/// | [`connection_window`](PresetBuilder::connection_window) | 8 MiB | RFC 9113 |
/// | [`reset_streams`](PresetBuilder::reset_streams) | 1,000 | RFC 9113 |
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Preset {
    connect_timeout: Duration,
    tcp_nodelay: bool,
    tcp_keepalive: Option<TcpKeepalive>,
    tcp_user_timeout: Option<Duration>,
    http2_keepalive: Option<Http2Keepalive>,
    stream_window: u32,
    connection_window: u32,
    reset_streams: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TcpKeepalive {
    idle: Duration,
    interval: Duration,
    probes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Http2Keepalive {
    interval: Duration,
    timeout: Duration,
    while_idle: bool,
}

impl Preset {
    /// Starts with the defaults.
    pub fn builder() -> PresetBuilder {
        PresetBuilder(Self::recommended())
    }

    /// Writes the whole preset into an endpoint, over what that says.
    ///
    /// What is set on the endpoint afterwards wins. TCP's user timeout is no
    /// setting of an endpoint: only connections that a scope or a pool makes
    /// from an address have it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic::transport::Endpoint;
    /// use tonic_scope::connection::Preset;
    ///
    /// let preset = Preset::builder().build()?;
    /// let endpoint = preset
    ///     .apply(Endpoint::from_static("http://users:50051"))
    ///     .keep_alive_while_idle(true);
    /// assert!(endpoint.get_connect_timeout().is_some());
    /// # Ok::<(), tonic_scope::connection::PresetError>(())
    /// ```
    #[must_use]
    pub fn apply(&self, endpoint: Endpoint) -> Endpoint {
        let keepalive = self.tcp_keepalive;
        let endpoint = endpoint
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(self.tcp_nodelay)
            .tcp_keepalive(keepalive.map(|keepalive| keepalive.idle))
            .tcp_keepalive_interval(keepalive.map(|keepalive| keepalive.interval))
            .tcp_keepalive_retries(keepalive.map(|keepalive| keepalive.probes));
        self.apply_unreadable(endpoint)
    }

    /// Fills in what an endpoint of the user's does not say, as far as that can
    /// be read.
    pub(crate) fn fill(&self, endpoint: Endpoint) -> Endpoint {
        let mut endpoint = endpoint;
        if endpoint.get_connect_timeout().is_none() {
            endpoint = endpoint.connect_timeout(self.connect_timeout);
        }
        let Some(keepalive) = self.tcp_keepalive else {
            return endpoint;
        };
        if endpoint.get_tcp_keepalive().is_some() {
            return endpoint;
        }
        let interval = endpoint.get_tcp_keepalive_interval();
        let probes = endpoint.get_tcp_keepalive_retries();
        endpoint
            .tcp_keepalive(Some(keepalive.idle))
            .tcp_keepalive_interval(Some(interval.unwrap_or(keepalive.interval)))
            .tcp_keepalive_retries(Some(probes.unwrap_or(keepalive.probes)))
    }

    /// The same, and writes what cannot be read over what the endpoint says.
    pub(crate) fn complete(&self, endpoint: Endpoint) -> Endpoint {
        self.apply_unreadable(self.fill(endpoint))
    }

    fn apply_unreadable(&self, endpoint: Endpoint) -> Endpoint {
        let endpoint = endpoint
            .initial_stream_window_size(self.stream_window)
            .initial_connection_window_size(self.connection_window)
            .http2_max_concurrent_reset_streams(self.reset_streams);
        match self.http2_keepalive {
            Some(keepalive) => endpoint
                .http2_keep_alive_interval(keepalive.interval)
                .keep_alive_timeout(keepalive.timeout)
                .keep_alive_while_idle(keepalive.while_idle),
            None => endpoint,
        }
    }

    pub(crate) fn user_timeout(&self) -> Option<Duration> {
        self.tcp_user_timeout
    }

    /// The defaults.
    pub(super) fn recommended() -> Self {
        Self {
            connect_timeout: Duration::from_secs(20),
            tcp_nodelay: true,
            tcp_keepalive: Some(TcpKeepalive {
                idle: Duration::from_secs(60),
                interval: Duration::from_secs(15),
                probes: 4,
            }),
            tcp_user_timeout: Some(Duration::from_secs(20)),
            http2_keepalive: Some(Http2Keepalive {
                interval: Duration::from_secs(330),
                timeout: Duration::from_secs(20),
                while_idle: false,
            }),
            stream_window: 256 * 1024,
            connection_window: 8 * 1024 * 1024,
            reset_streams: 1_000,
        }
    }
}

/// Builds a [`Preset`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::connection::Preset;
///
/// let preset = Preset::builder()
///     .connect_timeout(Duration::from_secs(5))
///     .tcp_nodelay(true)
///     .tcp_keepalive(Duration::from_secs(30), Duration::from_secs(10), 3)
///     .tcp_user_timeout(Duration::from_secs(30))
///     .http2_keepalive(Duration::from_secs(600), Duration::from_secs(10), false)
///     .stream_window(512 * 1024)
///     .connection_window(4 * 1024 * 1024)
///     .reset_streams(4_000)
///     .build()?;
///
/// // For a peer on the same host.
/// let near = Preset::builder()
///     .no_tcp_keepalive()
///     .no_tcp_user_timeout()
///     .no_http2_keepalive()
///     .build()?;
/// assert_ne!(near, preset);
///
/// let error = Preset::builder().connect_timeout(Duration::ZERO).build().unwrap_err();
/// assert!(error.to_string().starts_with("`connect_timeout` of a preset is zero"));
/// # Ok::<(), tonic_scope::connection::PresetError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a preset comes out of `build`"]
pub struct PresetBuilder(Preset);

impl PresetBuilder {
    /// From the first look-up of the name to the end of the TLS handshake.
    ///
    /// 20 s: gRPC gives an attempt at least that long (`MIN_CONNECT_TIMEOUT`,
    /// [connection back-off](https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md));
    /// here it is the most, for tonic has no limit at all.
    ///
    /// One limit for all of it, as in gRPC: who waits does not care in which of
    /// its parts a peer hangs, and tonic does TLS inside its channel, where nothing
    /// else can see it end. A handshake is given less by tonic's own
    /// `ClientTlsConfig::timeout`, in [`Profile::with_endpoint`](super::Profile::with_endpoint).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.0.connect_timeout = timeout;
        self
    }

    /// Whether small segments are sent at once.
    ///
    /// On, as in tonic and in all of gRPC: a call's frames are small, and Nagle's
    /// algorithm would hold each back for the acknowledgement of the last.
    pub fn tcp_nodelay(mut self, nodelay: bool) -> Self {
        self.0.tcp_nodelay = nodelay;
        self
    }

    /// When a silent connection is probed first, how often after that, and how
    /// many probes may stay unanswered.
    ///
    /// 60 s, then every 15 s, 4 times. The systems' own two hours
    /// ([RFC 1122, section 4.2.3.6](https://www.rfc-editor.org/rfc/rfc1122#page-101))
    /// are more than what stands between two hosts remembers a silent connection
    /// for: [AWS NAT gateways](https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html)
    /// 350 s, [Azure's load balancer](https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset)
    /// 4 min. No gRPC server sees these probes, so no policy on pings counts them.
    pub fn tcp_keepalive(mut self, idle: Duration, interval: Duration, probes: u32) -> Self {
        self.0.tcp_keepalive = Some(TcpKeepalive {
            idle,
            interval,
            probes,
        });
        self
    }

    /// No TCP keepalive.
    pub fn no_tcp_keepalive(mut self) -> Self {
        self.0.tcp_keepalive = None;
        self
    }

    /// How long sent data may stay without an acknowledgement (Linux only, and
    /// only for connections that are made from an address).
    ///
    /// 20 s, as gRPC
    /// ([A18](https://github.com/grpc/proposal/blob/master/A18-tcp-user-timeout.md)):
    /// a peer that is gone without a word is noticed by then, where
    /// retransmission alone would go on for some 15 minutes.
    pub fn tcp_user_timeout(mut self, timeout: Duration) -> Self {
        self.0.tcp_user_timeout = Some(timeout);
        self
    }

    /// TCP retransmits for as long as the system does.
    pub fn no_tcp_user_timeout(mut self) -> Self {
        self.0.tcp_user_timeout = None;
        self
    }

    /// How often a connection is pinged, how long an answer may take, and
    /// whether it is pinged with no call on it.
    ///
    /// 330 s, 20 s, no. gRPC's servers allow a ping every five minutes, and none
    /// without calls, before they close a connection with `too_many_pings`
    /// (`PERMIT_KEEPALIVE_TIME` and `PERMIT_KEEPALIVE_WITHOUT_CALLS`,
    /// [keepalive guide](https://github.com/grpc/grpc/blob/master/doc/keepalive.md),
    /// and `EnforcementPolicy::MinTime` in Go); half a minute more keeps a late
    /// timer from making two of them too close. 20 s is the guide's
    /// `KEEPALIVE_TIMEOUT`. It is for peers that hang while their kernel does not;
    /// what stops answering at all is found by the two settings of TCP.
    pub fn http2_keepalive(
        mut self,
        interval: Duration,
        timeout: Duration,
        while_idle: bool,
    ) -> Self {
        self.0.http2_keepalive = Some(Http2Keepalive {
            interval,
            timeout,
            while_idle,
        });
        self
    }

    /// No pings.
    pub fn no_http2_keepalive(mut self) -> Self {
        self.0.http2_keepalive = None;
        self
    }

    /// How many bytes of a stream a peer may send ahead of its reader.
    ///
    /// 256 KiB. HTTP/2 starts with 64 KiB
    /// ([RFC 9113, section 6.9.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.2)),
    /// which caps a stream at 64 KiB for each round trip: 52 Mbit/s at 10 ms.
    /// hyper's 2 MiB are 2/5 of its connection's window, and three readers that
    /// have stopped would stop everybody else on a shared connection.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.0.stream_window = bytes;
        self
    }

    /// The same for all streams of a connection together.
    ///
    /// 8 MiB, 32 times that of a stream: so many readers can stand still before
    /// the others notice, and it is what a peer can make a connection hold.
    pub fn connection_window(mut self, bytes: u32) -> Self {
        self.0.connection_window = bytes;
        self
    }

    /// How many calls that were reset are remembered, each for a second.
    ///
    /// 1,000. A peer may answer before it sees a reset, and such an answer has to
    /// be passed over ([RFC 9113, section 5.1](https://www.rfc-editor.org/rfc/rfc9113#section-5.1)).
    /// h2 takes the answer to a call that it no longer remembers for an error, and
    /// after 1,024 of them closes the connection with all that is on it. It
    /// remembers 10 or 50, by its version; 100 calls at a time that each give up
    /// after 100 ms are a thousand in a second.
    pub fn reset_streams(mut self, number: usize) -> Self {
        self.0.reset_streams = number;
        self
    }

    /// The preset.
    ///
    /// # Errors
    ///
    /// A duration, a window, a number of probes or of resets is zero, or a window is larger
    /// than HTTP/2 allows (2³¹ − 1 bytes), or the connection's is smaller than a
    /// stream's.
    pub fn build(self) -> Result<Preset, PresetError> {
        let preset = self.0;
        let keepalive = preset.tcp_keepalive;
        let pings = preset.http2_keepalive;
        let zero = [
            ("connect_timeout", preset.connect_timeout.is_zero()),
            (
                "tcp_keepalive",
                keepalive
                    .is_some_and(|it| it.idle.is_zero() || it.interval.is_zero() || it.probes == 0),
            ),
            (
                "tcp_user_timeout",
                preset.tcp_user_timeout.is_some_and(|it| it.is_zero()),
            ),
            (
                "http2_keepalive",
                pings.is_some_and(|it| it.interval.is_zero() || it.timeout.is_zero()),
            ),
            ("stream_window", preset.stream_window == 0),
            ("connection_window", preset.connection_window == 0),
            ("reset_streams", preset.reset_streams == 0),
        ];
        if let Some((setting, _)) = zero.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(PresetError {
                setting,
                problem: "is zero, and no connection could work with it",
            });
        }
        for (setting, window) in [
            ("stream_window", preset.stream_window),
            ("connection_window", preset.connection_window),
        ] {
            if window > LARGEST_WINDOW {
                return Err(PresetError {
                    setting,
                    problem: "is larger than HTTP/2 allows, 2147483647 bytes",
                });
            }
        }
        if preset.connection_window < preset.stream_window {
            return Err(PresetError {
                setting: "connection_window",
                problem: "is smaller than `stream_window`, so no stream could use its own",
            });
        }
        Ok(preset)
    }
}

/// A setting that no connection could work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetError {
    setting: &'static str,
    problem: &'static str,
}

impl fmt::Display for PresetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of a preset {}", self.setting, self.problem)
    }
}

impl Error for PresetError {}
