package dev.steelyard.lb;

import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.sticky.StickySessionTable;

/** The lease of a request whose session is to be bound to the instance if it succeeds. */
final class SessionLease extends Lease {
  private final StickySessionTable sessions;
  private final String session;

  SessionLease(
      LiveEndpoint endpoint, long state, long permit, StickySessionTable sessions, String session) {
    super(endpoint, state, permit);
    this.sessions = sessions;
    this.session = session;
  }

  @Override
  void ended(Outcome outcome) {
    // A new session must not be bound to an instance that has begun to leave.
    if (outcome == Outcome.SUCCESS && !endpoint().isClosed()) {
      sessions.bind(session, endpoint());
    }
  }
}
