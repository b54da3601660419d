package dev.steelyard.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How one server behaves, and what happens to it.
 *
 * @param id its name in tables and in the registry
 * @param role what happens to it during the run
 * @param serviceTime how long it takes to answer, on average
 * @param failureRate the share of requests that it answers with 503
 */
record ServerProfile(String id, Role role, Duration serviceTime, double failureRate) {
  private static final Duration NORMAL = Duration.ofMillis(10);
  private static final Duration SLOW = Duration.ofMillis(100);
  private static final double FLAKY = 0.05;

  /** What happens to a server during the run. */
  enum Role {
    /** It serves to the end. */
    STAYS,
    /** It is the slow one, and is drained, as an operator would take it out for repair. */
    DRAINED,
    /** It is killed, and nobody tells the client. */
    KILLED,
    /** It is registered late. */
    JOINS
  }

  /**
   * The servers of a run: a slow one, a flaky one and otherwise normal ones, and one that joins.
   *
   * @param count how many are there at the start, at least 3, so that one is left when one is
   *     killed and one is drained
   */
  static List<ServerProfile> of(int count) {
    List<ServerProfile> profiles = new ArrayList<>();
    profiles.add(new ServerProfile("s1-slow", Role.DRAINED, SLOW, 0));
    profiles.add(new ServerProfile("s2-flaky", Role.STAYS, NORMAL, FLAKY));
    profiles.add(new ServerProfile("s3", Role.KILLED, NORMAL, 0));
    for (int i = 4; i <= count; i++) {
      profiles.add(new ServerProfile("s" + i, Role.STAYS, NORMAL, 0));
    }
    profiles.add(new ServerProfile("s" + (count + 1) + "-new", Role.JOINS, NORMAL, 0));
    return profiles;
  }
}
