package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.FakeEndpoint;
import dev.steelyard.lb.sticky.StickySessionTable;
import dev.steelyard.lb.testing.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What other projects' tests say of sticky sessions, as far as it concerns the table;
 * docs/conformance.md has the rest. Skipped unless {@code -Dsteelyard.shared=DIR} names the
 * directory that has them.
 */
class StickyVectorsTest {

  /** The least that a balancer does with a table: round robin, and the binding on success. */
  private static final class Nginx {
    final List<FakeEndpoint> peers;
    final List<FakeEndpoint> candidates;
    final StickySessionTable table;
    private int turn;

    Nginx(int peers, boolean strict) {
      this.peers = FakeEndpoint.fleet(peers);
      this.candidates = new ArrayList<>(this.peers);
      this.table = StickySessionTable.builder().strict(strict).build();
    }

    /** The name of the peer that answers, p1 and so on, or "refused". */
    String request(RequestContext request) {
      String session = table.sessionOf(request);
      Endpoint bound = session == null ? null : table.lookup(session);
      if (bound != null && !bound.servesBoundSessions()) {
        return "refused";
      }
      Endpoint peer = bound == null ? candidates.get(turn++ % candidates.size()) : bound;
      if (session != null) {
        table.bind(session, peer);
      }
      return name(peer);
    }

    String request(String session) {
      return request(RequestContext.forKey(session));
    }

    String request() {
      return request(RequestContext.empty());
    }

    String name(Endpoint peer) {
      return "p" + (peers.indexOf(peer) + 1);
    }

    FakeEndpoint peer(String name) {
      return peers.get(Integer.parseInt(name.substring(1)) - 1);
    }
  }

  private static Map<String, Object> vector(String id) throws IOException {
    return Vectors.vector("sticky_session", id);
  }

  @SuppressWarnings("unchecked")
  private static <T> T get(Object vector, String... path) {
    Object value = vector;
    for (String key : path) {
      value = ((Map<String, Object>) value).get(key);
    }
    return (T) value;
  }

  private static int count(Object vector, String... path) {
    return StickyVectorsTest.<Double>get(vector, path).intValue();
  }

  @Test
  void nginxNoSession() throws Exception {
    Map<String, Object> vector = vector("no-session");
    Nginx nginx = new Nginx(2, false);
    int[] counts = new int[2];
    for (int i = 0; i < count(vector, "input", "requests"); i++) {
      String peer = i % 2 == 0 ? nginx.request() : nginx.request("unknown " + i);
      counts[peer.equals("p1") ? 0 : 1]++;
    }
    assertEquals(count(vector, "expected", "counts", "p1"), counts[0]);
    assertEquals(count(vector, "expected", "counts", "p2"), counts[1]);
  }

  @Test
  void nginxLearnedSession() throws Exception {
    Map<String, Object> vector = vector("learned-session");
    Nginx nginx = new Nginx(2, false);
    Map<String, String> learned = get(vector, "input", "learned");
    learned.forEach((session, peer) -> nginx.table.bind(session, nginx.peer(peer)));
    List<Map<String, Object>> expected = get(vector, "expected");
    assertEquals(2, expected.size());
    for (Map<String, Object> row : expected) {
      String session = get(row, "session");
      for (int i = 0; i < count(vector, "input", "requests"); i++) {
        nginx.request(); // others in between
        assertTrue(
            StickyVectorsTest.<Map<String, Object>>get(row, "counts")
                .containsKey(nginx.request(session)));
      }
    }
  }

  @Test
  void nginxClientInitiated() throws Exception {
    List<String> expected = get(vector("client-initiated"), "expected", "peers");
    Nginx nginx = new Nginx(2, false);
    List<String> sessions = List.of("value1", "value2", "value3", "value1");
    for (int i = 0; i < sessions.size(); i++) {
      for (int request = 0; request < 4; request++) {
        assertEquals(expected.get(i), nginx.request(sessions.get(i)));
      }
    }
  }

  @Test
  void nginxCaseSensitivity() throws Exception {
    Map<String, Object> vector = vector("case-sensitivity");
    List<String> values = get(vector, "input", "values");
    assertFalse(StickyVectorsTest.<Boolean>get(vector, "expected", "same_session"));
    StickySessionTable table = StickySessionTable.builder().build();
    List<FakeEndpoint> peers = FakeEndpoint.fleet(2);
    table.bind(values.get(0), peers.get(0));
    assertNull(table.lookup(values.get(1)));
    table.bind(values.get(1), peers.get(1));
    assertNotSame(table.lookup(values.get(0)), table.lookup(values.get(1)));
  }

  @Test
  void nginxDrain() throws Exception {
    Map<String, Object> vector = vector("drain");
    Nginx nginx = new Nginx(count(vector, "input", "peers"), false);
    String drained = get(vector, "input", "drain");
    for (String peer : List.of("p1", "p2", "p3", "p4")) {
      assertEquals(peer, nginx.request("session of " + peer));
    }
    assertEquals("p1", nginx.request("session of " + drained));

    nginx.candidates.remove(nginx.peer(drained)); // gets nothing new, and serves what is bound
    int[] counts = new int[4];
    for (int i = 0; i < 12; i++) {
      counts[nginx.peers.indexOf(nginx.peer(nginx.request()))]++;
      assertEquals(drained, nginx.request("session of " + drained));
    }
    assertEquals(List.of(0, 4, 4, 4), java.util.Arrays.stream(counts).boxed().toList());

    nginx.candidates.clear();
    for (int i = 0; i < 4; i++) {
      assertEquals(drained, nginx.request("session of " + drained));
    }
  }

  /** The table's part: a request that its full peer could not take does not move the session. */
  @Test
  void nginxMaxConns() throws Exception {
    assertEquals("a", get(vector("max-conns"), "input", "route"));
    Nginx nginx = new Nginx(2, false);
    assertEquals("p1", nginx.request("a"));
    nginx.table.bind("a", nginx.peer("p2"));
    assertEquals("p1", nginx.request("a"));
  }

  @Test
  void envoyOverrideHost() throws Exception {
    List<Map<String, Object>> expected = get(vector("override-host"), "expected");
    assertEquals(4, expected.size());
    for (boolean strict : new boolean[] {false, true}) {
      Nginx envoy = new Nginx(2, strict);
      assertEquals("p1", envoy.request("s"));
      assertEquals("p1", envoy.request("s"), "present and allowed: use it");
      envoy.peer("p1").servesBoundSessions = false;
      envoy.candidates.remove(0);
      assertEquals(strict ? "refused" : "p2", envoy.request("s"));
      assertEquals(strict ? 1 : 0, envoy.table.refusals());
      // An absent host cannot be named here: a session that is not bound is balanced, strict or
      // not.
      assertEquals("p2", envoy.request("another"));
    }
  }

  @Test
  void grpcA55UnknownAddress() throws Exception {
    List<Map<String, Object>> rows = get(vector("a55-picker"), "expected");
    assertTrue(rows.stream().anyMatch(row -> "unknown address".equals(row.get("override"))));
    Nginx grpc = new Nginx(2, false);
    assertEquals("p1", grpc.request("s"));
    FakeEndpoint again = new FakeEndpoint(grpc.peer("p1").instance());
    grpc.peer("p1").servesBoundSessions = false; // it has left; the same address came back
    grpc.peers.set(0, again);
    grpc.candidates.set(0, again);
    assertEquals("p2", grpc.request("s"));
    assertSame(grpc.peer("p2"), grpc.table.lookup("s"));
  }
}
