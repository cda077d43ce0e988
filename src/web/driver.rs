//! The only place that feeds the machine and carries out its effects.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use wasm_bindgen::prelude::*;

use super::clock;
use super::host::Host;
use super::timer::Timer;
use crate::engine::{CredentialHolder, Effect, Machine, Now, Reason};
use crate::numbers::{Given, InputKind, config, effect, input, is_traced};

/// One session of one page, as the facade sees it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(Shell);

#[wasm_bindgen]
impl Session {
    /// A session that has not been started. The numbers are those of [`config`](crate::numbers::config()).
    #[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
    #[wasm_bindgen(constructor)]
    pub fn new(
        host: Host,
        a: f64,
        b: f64,
        c: f64,
        d: f64,
        e: f64,
        f: f64,
        g: f64,
        h: f64,
        i: f64,
        j: f64,
        k: f64,
        l: f64,
    ) -> Self {
        Self::of(host, &[a, b, c, d, e, f, g, h, i, j, k, l])
    }

    /// Something happened: the place of an [`InputKind`], and the numbers of [`input`](crate::numbers::input()). What JavaScript
    /// leaves out is `NaN` here, which is no number.
    #[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
    pub fn feed(
        &self,
        kind: u32,
        a: f64,
        b: f64,
        c: f64,
        d: f64,
        e: f64,
        f: f64,
        g: f64,
        h: f64,
        i: f64,
        j: f64,
        k: f64,
        l: f64,
    ) {
        if let Some(kind) = InputKind::ALL.get(kind as usize) {
            self.0.feed(*kind, [a, b, c, d, e, f, g, h, i, j, k, l]);
        }
    }
}

impl Session {
    /// The same, with the numbers in one piece.
    pub(super) fn of(host: Host, numbers: &Given) -> Self {
        let config = config(numbers);
        Self(Shell {
            traced: is_traced(numbers),
            holder: config.credential,
            machine: RefCell::new(Machine::new(config)),
            host,
            queue: RefCell::default(),
            draining: Cell::new(false),
            redirect: Cell::new(None),
            timer: Timer::default(),
        })
    }
}

#[derive(Debug)]
struct Shell {
    /// The host hears of every input before it is handled.
    traced: bool,
    holder: CredentialHolder,
    machine: RefCell<Machine>,
    host: Host,
    /// Inputs that came while effects were being carried out.
    queue: RefCell<VecDeque<(InputKind, Given)>>,
    draining: Cell<bool>,
    /// A redirect that waits until there is nothing else to do.
    redirect: Cell<Option<Reason>>,
    timer: Timer,
}

impl Shell {
    fn feed(&self, kind: InputKind, numbers: Given) {
        self.queue.borrow_mut().push_back((kind, numbers));
        if self.draining.replace(true) {
            // A listener called back into us: the outer loop goes on with this.
            return;
        }
        loop {
            if let Some((kind, numbers)) = self.next_input() {
                let now = clock::now();
                if kind == InputKind::DeadlineReached {
                    self.timer.clear();
                }
                if self.traced {
                    self.trace(now, kind, numbers);
                }
                let effects = self.machine.borrow_mut().handle(now, input(kind, &numbers, self.holder));
                for effect in effects {
                    match effect {
                        Effect::Redirect(reason) => self.redirect.set(Some(reason)),
                        effect => self.carry_out(&effect),
                    }
                }
            } else if let Some(reason) = self.redirect.take() {
                // Not before what its own listeners asked for: they may have stopped us, or signed in again.
                let still_right = self.machine.borrow().may_redirect(reason);
                if still_right {
                    self.carry_out(&Effect::Redirect(reason));
                }
            } else {
                break;
            }
        }
        self.draining.set(false);
        self.timer.arm(clock::now().instant, self.machine.borrow().deadline(), &self.host.wake());
    }

    /// A function, because the guard would live through the body of an `if let`.
    fn next_input(&self) -> Option<(InputKind, Given)> {
        self.queue.borrow_mut().pop_front()
    }

    fn carry_out(&self, wanted: &Effect) {
        let (kind, [a, b, c, d, e, f, g, h, i, j]) = effect(wanted);
        self.host.effect(kind as u32, a, b, c, d, e, f, g, h, i, j);
    }

    #[allow(clippy::cast_precision_loss)]
    fn trace(&self, now: Now, kind: InputKind, [a, b, c, d, e, f, g, h, i, j, k, l]: Given) {
        let Now { instant, wall, chance } = now;
        let (instant, wall, chance) = (instant.0 as f64, wall.0 as f64, f64::from(chance.0));
        self.host.input(instant, wall, chance, kind as u32, a, b, c, d, e, f, g, h, i, j, k, l);
    }
}
