//! What stands around other services, for each request at the least cost: `axum::middleware::from_fn` boxes a service and
//! a future more.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::Response;
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::Span;

/// What is done before and after.
pub(crate) trait Around: Clone {
    /// What is remembered of a request until its answer.
    type Seen;

    /// Looks at the request. An answer is the answer; the service is then not asked.
    fn before(&self, request: &Request) -> (Self::Seen, Option<Response>);

    /// The answer, whoever gave it.
    fn after(&self, seen: Self::Seen, response: &mut Response);

    /// What the service's own events belong to.
    fn span(_seen: &Self::Seen) -> Option<&Span> {
        None
    }
}

/// The layer that puts it there.
#[derive(Clone)]
pub(crate) struct Wrap<A>(pub(crate) A);

impl<A: Around, Inner> Layer<Inner> for Wrap<A> {
    type Service = Wrapped<A, Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        Wrapped { around: self.0.clone(), inner }
    }
}

/// A service with something around it.
#[derive(Clone)]
pub(crate) struct Wrapped<A, Inner> {
    around: A,
    inner: Inner,
}

impl<A, Inner> Service<Request> for Wrapped<A, Inner>
where
    A: Around,
    Inner: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<A, Inner::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (seen, answer) = self.around.before(&request);
        let given = match answer {
            Some(response) => Given::Here { response: Some(response) },
            None => {
                let _entered = A::span(&seen).map(Span::enter);
                Given::Inside { asked: self.inner.call(request) }
            }
        };
        Answering { around: self.around.clone(), seen: Some(seen), given }
    }
}

pin_project! {
    /// The answer to come.
    pub(crate) struct Answering<A: Around, Asked> {
        around: A,
        seen: Option<A::Seen>,
        #[pin]
        given: Given<Asked>,
    }
}

pin_project! {
    #[project = GivenProjected]
    enum Given<Asked> {
        Here { response: Option<Response> },
        Inside { #[pin] asked: Asked },
    }
}

impl<A, Asked> Future for Answering<A, Asked>
where
    A: Around,
    Asked: Future<Output = Result<Response, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let entered = this.seen.as_ref().and_then(A::span).map(Span::enter);
        let answer = match this.given.project() {
            GivenProjected::Here { response } => response.take(),
            GivenProjected::Inside { asked } => {
                let Ok(response) = ready!(asked.poll(context));
                Some(response)
            }
        };
        drop(entered);
        match (answer, this.seen.take()) {
            (Some(mut response), Some(seen)) => {
                this.around.after(seen, &mut response);
                Poll::Ready(Ok(response))
            }
            // Polled again after it was ready, which no caller does.
            (_, _) => Poll::Pending,
        }
    }
}
