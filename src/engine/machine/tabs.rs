//! Many tabs of one name: one of them asks, all of them hear.
//!
//! Whoever wants to send takes the turn, which one tab has at a time, and tells the others. They count its request as under
//! way, just as if it were their own, and judge what they are told came of it. A tab that does not answer any more is
//! not waited for beyond the limit of its request: then the turn is taken again, at last by force.

use super::super::effect::{Effect, Effects, Phase};
use super::super::input::Outcome;
use super::super::news::{Answered, News};
use super::super::time::{Instant, Millis, Now};
use super::super::verdict::{Reason, Verdict};
use super::probing::{Asker, Probe};
use super::sign_out::Logout;
use super::{Lifecycle, Machine, Standing};

/// A tab that holds a credential has this long to say that it re-establishes the session.
const LOOKING: Millis = Millis(500);
/// Turned away, a tab asks again after this, and as much again at most. What is told meanwhile makes it wait longer.
pub(super) const TURNED_AWAY: Millis = Millis(100);

/// Who may send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Turn {
    /// Not this tab.
    #[default]
    Free,
    /// This tab has asked for it.
    Asked,
    /// This tab alone.
    Ours,
}

/// What a tab knows of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tabs {
    pub(super) turn: Turn,
    /// The turn is not asked for before.
    pub(super) not_before: Option<Instant>,
    /// From then on whoever has the turn has had it for too long.
    pub(super) steal_at: Option<Instant>,
    /// The other tabs have until then to re-establish the session.
    pub(super) looking_until: Option<Instant>,
}

impl Tabs {
    /// Nothing is known any more but whose turn it is.
    pub(super) fn only_turn(self) -> Self {
        Self { turn: self.turn, ..Self::default() }
    }
}

impl Machine {
    /// Sends at once, or as soon as it is this tab's turn.
    pub(super) fn ask(&mut self, now: Now, out: &mut Effects) {
        if !self.config.shares || self.tabs.turn == Turn::Ours {
            return self.send_probe(now, out);
        }
        self.tabs.turn = Turn::Asked;
        let steal = self.tabs.steal_at.is_some_and(|at| at <= now.instant);
        out.push(Effect::TakeTurn { steal });
    }

    /// The answer to that. If nothing is to be sent any more, the turn is given back when all is done.
    pub(super) fn turned(&mut self, now: Now, granted: bool) {
        if self.tabs.turn != Turn::Asked {
            return;
        }
        if granted {
            self.tabs = Tabs { turn: Turn::Ours, ..Tabs::default() };
        } else {
            self.tabs.turn = Turn::Free;
            self.wait_a_little(now);
            self.tabs.steal_at = self.tabs.steal_at.or(Some(now.instant + self.config.validate_timeout));
        }
    }

    /// The turn is not kept, nor asked for, longer than it is needed.
    pub(super) fn yield_turn(&mut self, now: Now, out: &mut Effects) {
        let needed = match self.tabs.turn {
            Turn::Free => return,
            Turn::Asked => self.wants_to_ask().is_some_and(|due| due <= now.instant),
            Turn::Ours => self.lifecycle != Lifecycle::Disposed && self.own_probe().is_some(),
        };
        if !needed {
            self.tabs.turn = Turn::Free;
            out.push(Effect::YieldTurn);
        }
    }

    pub(super) fn tell(&self, news: News, out: &mut Effects) {
        if self.config.shares {
            out.push(Effect::Tell(news));
        }
    }

    /// What another tab tells. A request of our own will be answered itself.
    pub(super) fn heard(&mut self, now: Now, news: News, out: &mut Effects) {
        if self.lifecycle != Lifecycle::Running || self.page.away {
            return;
        }
        let asks_itself = self.own_probe().is_some();
        match news {
            News::Asking { phase, activity, since } if !asks_itself => {
                self.another_asks(now, phase, activity, since, out);
            }
            News::Answered(answered) => {
                if let Some(probe) = self.probe.take_if(|_| !asks_itself) {
                    self.told(now, probe, answered, out);
                }
            }
            News::Looking if !asks_itself && !matches!(self.standing, Standing::Over(_)) => {
                self.probe = None;
                self.lose(now);
            }
            News::Asking { .. } | News::Looking => {}
            News::SignedOut => self.signed_out_elsewhere(out),
            News::Active => self.person_acted(now, out),
        }
    }

    fn another_asks(&mut self, now: Now, phase: Phase, activity: bool, since: Millis, out: &mut Effects) {
        if phase == Phase::Reconnect && matches!(self.standing, Standing::Unknown | Standing::Good) {
            self.lose(now);
        }
        self.tabs = self.tabs.only_turn();
        let known = self.probe.filter(|_| since > Millis::ZERO);
        let id = known.map_or_else(|| self.fresh_id(), |probe| probe.id);
        let mut probe = Probe::new(id, Asker::AnotherTab, phase, now.instant.minus(since), activity);
        let over = matches!(self.standing, Standing::Over(_));
        // Where the session is over nobody waits for this.
        probe.slow_told = over || since >= self.config.slow_after;
        probe.overdue = since >= self.config.validate_timeout;
        self.probe = Some(probe);
        if probe.overdue && !over {
            self.counts_as_failed(now, out);
        }
    }

    /// Whoever is signed out believes in no session but that of a new sign-in, and in none while the server is being told.
    fn told(&mut self, now: Now, probe: Probe, answered: Answered, out: &mut Effects) {
        if let Verdict::Valid(_) = answered.verdict
            && let Standing::Over(Reason::SignedOut | Reason::SignedOutElsewhere) = self.standing
        {
            if !answered.signed_in || matches!(self.logout, Logout::InFlight { .. }) {
                return;
            }
            self.logout = Logout::None;
        }
        // Two tabs may have asked, if one of them had been given up.
        let probe = Probe { phase: answered.phase, ..probe };
        if !self.is_outdated(&probe, &Outcome::Verdict(answered.verdict)) {
            self.judge(now, probe, answered.verdict, Some(answered), out);
        }
        if self.standing == Standing::Lost {
            // Most likely that tab goes on to reconnect.
            self.wait_a_little(now);
        }
    }

    /// The tab that asked has had its time. It may have been closed, and then the turn is free; or it is frozen.
    pub(super) fn take_over(&mut self, now: Now) {
        self.probe = None;
        if !matches!(self.standing, Standing::Over(_)) {
            self.schedule.next = Some(now.instant);
        }
        let grace = self.config.validate_timeout.scaled(1, 10);
        self.tabs.steal_at = Some(now.instant + grace + now.chance.of(grace));
    }

    /// No credential here. Perhaps another tab has one.
    pub(super) fn look_for_credential(&mut self, now: Now, out: &mut Effects) {
        self.tabs.looking_until = Some(now.instant + LOOKING);
        self.tell(News::Looking, out);
    }

    /// None has.
    pub(super) fn nobody_has_one(&mut self, now: Now, out: &mut Effects) {
        self.tabs.looking_until = None;
        let verdict = Verdict::Ended(Reason::CredentialMissing);
        let probe = Probe::new(self.fresh_id(), Asker::ThisTab, Phase::Reconnect, now.instant, false);
        self.conclude(Reason::CredentialMissing, out);
        self.tell_answer(now, &probe, verdict, false, out);
    }

    /// Lets the others know what came of a request of this tab.
    pub(super) fn tell_answer(&self, now: Now, probe: &Probe, verdict: Verdict, signed_in: bool, out: &mut Effects) {
        let next_in = self.schedule.next.map_or(Millis::ZERO, |next| next.since(now.instant));
        let (request, phase, epoch) = (probe.id, probe.phase, self.session.epoch);
        self.tell(News::Answered(Answered { request, phase, verdict, epoch, next_in, signed_in }), out);
    }

    fn signed_out_elsewhere(&mut self, out: &mut Effects) {
        if self.standing != Standing::Over(Reason::SignedOut) {
            self.drop_probe(out);
            out.push(Effect::ClearCredential);
            self.end(Reason::SignedOutElsewhere, out);
        }
    }

    fn wait_a_little(&mut self, now: Now) {
        self.tabs.not_before = Some(now.instant + TURNED_AWAY + now.chance.of(TURNED_AWAY));
    }

    /// The request of this tab that is under way.
    pub(super) fn own_probe(&self) -> Option<&Probe> {
        self.probe.as_ref().filter(|probe| probe.asker == Asker::ThisTab)
    }

    /// When a check or reconnect of this tab is due, if one may be.
    pub(super) fn wants_to_ask(&self) -> Option<Instant> {
        let signing_out = matches!(self.logout, Logout::InFlight { .. });
        let running = self.lifecycle == Lifecycle::Running && !self.page.away;
        let free = running && self.probe.is_none() && !signing_out && self.tabs.looking_until.is_none();
        let next = self.next_probe().filter(|_| free)?;
        Some(next.max(self.tabs.not_before.unwrap_or_default()))
    }

    /// When the tab that asks has had its time.
    pub(super) fn limit_of_another(&self) -> Option<Instant> {
        let probe = self.probe.as_ref().filter(|probe| probe.asker == Asker::AnotherTab)?;
        let limit = if probe.overdue { self.config.reconnect_timeout } else { self.config.validate_timeout };
        Some(probe.sent + limit)
    }
}
