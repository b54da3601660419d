package dev.steelyard.lb;

import static dev.steelyard.lb.Fixtures.EMPTY;
import static dev.steelyard.lb.Fixtures.find;
import static dev.steelyard.lb.Fixtures.id;
import static dev.steelyard.lb.Fixtures.inFlight;
import static dev.steelyard.lb.Fixtures.instance;
import static dev.steelyard.lb.Fixtures.registry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steelyard.lb.NoInstanceAvailableException.Cause;
import dev.steelyard.lb.registry.DrainResult;
import dev.steelyard.lb.registry.InstanceRegistry;
import dev.steelyard.lb.registry.InstanceStatus;
import dev.steelyard.lb.request.Outcome;
import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Selectors;
import dev.steelyard.lb.sticky.StickySessionTable;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions in a balancer; the table by itself is tested where it lives. */
@Timeout(60)
class StickySessionsTest {
  private static final RequestContext ANNE = RequestContext.forKey("anne");
  private static final RequestContext BERT = RequestContext.forKey("bert");

  private final InstanceRegistry registry = registry(4);
  private StickySessionTable table = StickySessionTable.builder().build();
  private LoadBalancer balancer = over(table);

  private LoadBalancer over(StickySessionTable sessions) {
    return LoadBalancer.builder("orders", registry)
        .selector(Selectors.roundRobin())
        .stickySessions(sessions)
        .build();
  }

  private void strict() {
    balancer.close();
    table = StickySessionTable.builder().strict(true).build();
    balancer = over(table);
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private String send(RequestContext request) {
    try (Lease lease = balancer.acquire(request)) {
      lease.succeed();
      return lease.instance().id();
    }
  }

  @Test
  void aSessionStaysWhereItsFirstRequestSucceeded() {
    String bound = send(ANNE);
    for (int i = 0; i < 20; i++) {
      send(EMPTY);
      assertEquals(bound, send(ANNE));
    }
    assertEquals(20, table.hits());
    assertEquals(1, table.misses());
  }

  @Test
  void aFailureBindsNothing() {
    for (Outcome outcome : List.of(Outcome.FAILURE, Outcome.CANCELLED, Outcome.IGNORED)) {
      balancer.acquire(ANNE).complete(outcome);
      assertEquals(0, table.size(), outcome::toString);
    }
  }

  @Test
  void stickyRequestsLeaveTheTurnsOfTheOthersAlone() {
    // spring-cloud-commons#1144: sticky hits advanced the round robin, so that the others all went
    // to one instance.
    send(ANNE);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      send(ANNE);
      counts.merge(send(EMPTY), 1, Integer::sum);
      send(ANNE);
      send(ANNE);
    }
    for (int i = 0; i < 4; i++) {
      assertEquals(100, counts.get(id(i)));
    }
  }

  @Test
  void aDrainingInstanceServesTheSessionsThatAreBoundToItAndNoOthers() {
    String bound = send(ANNE);
    registry.setStatus(bound, InstanceStatus.DRAINING);
    for (int i = 0; i < 12; i++) {
      assertEquals(bound, send(ANNE));
      assertNotEquals(bound, send(EMPTY));
      assertNotEquals(bound, send(RequestContext.forKey("new-" + i)));
    }
  }

  @Test
  void whenADrainHasEndedNotEvenABoundSessionIsServed() {
    String bound = send(ANNE);
    Lease open = balancer.acquire(ANNE);
    CompletableFuture<DrainResult> drained = registry.drain(bound, Duration.ofSeconds(30));
    assertEquals(bound, send(ANNE)); // it still has something in flight
    assertFalse(drained.isDone());
    open.succeed();

    assertEquals(DrainResult.DRAINED, drained.join());
    String other = send(ANNE);
    assertNotEquals(bound, other);
    assertEquals(other, send(ANNE));
  }

  @Test
  void anInstanceThatIsTakenBackFromDrainingServesItsSessions() {
    String bound = send(ANNE);
    registry.drain(bound, Duration.ofSeconds(30)).join();
    registry.setStatus(bound, InstanceStatus.UP);
    assertEquals(bound, send(ANNE));
  }

  @Test
  void fromDownToDrainingItServesItsSessionsAgain() {
    strict();
    String bound = send(ANNE);
    registry.setStatus(bound, InstanceStatus.DOWN);
    assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(ANNE));
    registry.setStatus(bound, InstanceStatus.DRAINING);
    assertEquals(bound, send(ANNE));
  }

  @Test
  void aSessionMovesOnceWhenItsInstanceIsDownOrGone() {
    for (boolean gone : new boolean[] {false, true}) {
      String bound = send(ANNE);
      long rebinds = table.rebinds();
      if (gone) {
        registry.deregister(bound);
      } else {
        registry.setStatus(bound, InstanceStatus.DOWN);
      }
      String next = send(ANNE);
      assertNotEquals(bound, next);
      assertEquals(next, send(ANNE));
      assertEquals(rebinds + 1, table.rebinds());
    }
  }

  @Test
  void anInstanceThatIsRegisteredAnewIsNotTheOneTheSessionWasBoundTo() {
    String bound = send(ANNE);
    registry.deregister(bound);
    registry.register(instance(Integer.parseInt(bound.replaceAll("\\D+(\\d+):.*", "$1"))));
    send(ANNE);
    assertEquals(1, table.rebinds());
  }

  @Test
  void aStrictSessionIsRefusedWhileItsInstanceCannotServe() {
    strict();
    String bound = send(ANNE);
    registry.setStatus(bound, InstanceStatus.MAINTENANCE);

    NoInstanceAvailableException refusal =
        assertThrows(NoInstanceAvailableException.class, () -> balancer.acquire(ANNE));
    assertEquals(Map.of(Cause.SESSION_REFUSED, 1), refusal.counts());
    assertEquals(1, table.refusals());
    assertNotEquals(bound, send(BERT));
    registry.setStatus(bound, InstanceStatus.UP);
    assertEquals(bound, send(ANNE));
  }

  @Test
  void aRetryOfASessionGoesElsewhereAndDoesNotMoveIt() throws Exception {
    String bound = send(ANNE);
    List<String> tried = new ArrayList<>();
    balancer.call(
        ANNE,
        target -> {
          tried.add(target.id());
          if (tried.size() == 1) {
            throw new ConnectException("once");
          }
          return "";
        });
    assertEquals(2, tried.size());
    assertEquals(bound, tried.get(0));
    assertNotEquals(bound, tried.get(1));
    assertEquals(0, table.rebinds());
  }

  @Test
  void aStrictSessionIsNotRetriedElsewhere() {
    strict();
    String bound = send(ANNE);
    List<String> tried = new ArrayList<>();
    assertThrows(
        IOException.class,
        () ->
            balancer.call(
                ANNE,
                target -> {
                  tried.add(target.id());
                  throw new ConnectException("always");
                }));
    assertEquals(List.of(bound), tried);
  }

  @Test
  void anInstanceWithoutNewRequestsKeepsItsSessions() {
    String bound = send(ANNE);
    balancer.overrideWeight(bound, 0);
    assertEquals(bound, send(ANNE));
    registry.update(find(balancer, bound).instance().withWeight(0));
    assertEquals(bound, send(ANNE));
  }

  @Test
  void aSessionSurvivesAChangeOfStrategy() {
    String bound = send(ANNE);
    balancer.selector(Selectors.leastRequests());
    assertEquals(bound, send(ANNE));
    assertEquals(0, inFlight(balancer));
  }

  @Test
  void aTableOfAnotherBalancerIsRefused() {
    assertThrows(IllegalStateException.class, () -> over(table));
  }

  @Test
  void aClosedBalancerServesNoSession() {
    send(ANNE);
    balancer.close();
    assertThrows(IllegalStateException.class, () -> balancer.acquire(ANNE));
  }

  @Test
  void aClosedBalancerServesNoStrictSessionEither() {
    strict();
    send(ANNE);
    balancer.close();
    assertThrows(IllegalStateException.class, () -> balancer.acquire(ANNE));
  }
}
