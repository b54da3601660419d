package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceTest {
  private static final Instance PLAIN = Instance.of("10.0.0.1:8080");

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:8080,               http://10.0.0.1:8080,        10.0.0.1:8080,    10.0.0.1,    8080",
    "Orders.example.org:8080,     http://Orders.example.org:8080, orders.example.org:8080, orders.example.org, 8080",
    "localhost,                   http://localhost,            localhost:80,     localhost,   80",
    "'  localhost:1 ',            http://localhost:1,          localhost:1,      localhost,   1",
    "localhost:65535,             http://localhost:65535,      localhost:65535,  localhost,   65535",
    "http://a,                    http://a,                    a:80,             a,           80",
    "HTTPS://A,                   HTTPS://A,                   a:443,            a,           443",
    "ws://a,                      ws://a,                      a:80,             a,           80",
    "wss://a,                     wss://a,                     a:443,            a,           443",
    "grpc://a,                    grpc://a,                    a,                a,           -1",
    "grpc://a:50051,              grpc://a:50051,              a:50051,          a,           50051",
    "https://a:8443/base/path,    https://a:8443/base/path,    a:8443,           a,           8443",
    "a:80/base,                   http://a:80/base,            a:80,             a,           80",
    "[::1]:8080,                  http://[::1]:8080,           [::1]:8080,       ::1,         8080",
    "[2001:DB8::1],               http://[2001:DB8::1],        [2001:db8::1]:80, 2001:db8::1, 80",
    "https://[::1],               https://[::1],               [::1]:443,        ::1,         443",
    "http://[fe80::1%25eth0]:1/x, http://[fe80::1%25eth0]:1/x, [fe80::1%25eth0]:1, fe80::1%25eth0, 1",
  })
  void anAddressIsParsed(String address, URI uri, String id, String host, int port) {
    Instance instance = Instance.of(address);
    assertEquals(uri.toString(), instance.uri().toString());
    assertEquals(id, instance.id());
    assertEquals(host, instance.host());
    assertEquals(port, instance.port());
    assertEquals(Instance.DEFAULT_WEIGHT, instance.weight());
    assertNull(instance.zone());
    assertEquals(Map.of(), instance.metadata());
    assertEquals(instance, Instance.of(uri));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\t",
        "host:0",
        "host:65536",
        "host:-1",
        "host:99999999999",
        "host:",
        "host:port",
        ":80",
        "http://",
        "http://:80",
        "http:///path",
        "http:",
        "ho st:80",
        "host :80",
        "host:80?q=1",
        "host:80#f",
        "host?",
        "host#",
        "under_score:80",
        "http://under_score",
        "host..name",
        "-host",
        "1.2.3.4.5:80",
        "[::1",
        "[::1]x:80",
        "[host]:80",
        "[::1]:",
        "http://host:",
        "mailto:someone",
        "host\n:80",
        "höst:80",
        "http://a,http://b",
        "%20:80"
      })
  void aMalformedAddressIsRefused(String address) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Instance.of(address));
    assertTrue(refusal.getMessage().contains("(expected: "), refusal.getMessage());
    String visible = address.strip();
    assertTrue(refusal.getMessage().contains(visible), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "::1:8080", "2001:db8::1", "fe80::1%eth0", "::"})
  void aBareIpv6AddressIsRefusedWithTheFormThatWorks(String address) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Instance.of(address));
    assertEquals(
        "address: " + address + " (expected: an IPv6 address in brackets, as in [::1]:8080)",
        refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"host:0", "host:65536"})
  void aPortOutOfRangeIsNamed(String address) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Instance.of(address));
    assertTrue(refusal.getMessage().endsWith("(expected: 1..65535)"), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"//host:80", "/path", "host", "mailto:a@b", "http:host", "urn:a:b"})
  void aUriMustBeAbsoluteAndHaveAHost(String uri) {
    URI parsed = URI.create(uri);
    assertThrows(IllegalArgumentException.class, () -> Instance.of(parsed));
    assertThrows(
        IllegalArgumentException.class, () -> new Instance("a", parsed, 1, null, Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:secret@host:80",
        "user:secret@host:80",
        "user:secret@host",
        "http://user:secret@under_score:80",
        "http://user:secret@host:70000",
        "http://user:secret@host:0",
        "http://user:secret@host:port",
        "http://user:secret@host:",
        "http://user:secret@ho st",
        "http://user:se cret@host",
        "http://user:sec/secret@host",
        "http://user:sec?secret@host",
        "http://user:sec#secret@host",
        "http://user:sec@secret@host",
        "http://user:secret@::1",
        "http://user:secret@[::1",
        "http://user:secret@host?q",
        "http://user:secret@host#f",
        "http://user:secret@",
        "http:user:secret@host",
        "://user:secret@host",
        "user:secret@[::1]:80",
      })
  void aPasswordIsRefusedAndNeverInTheMessage(String address) {
    assertNoSecret(assertThrows(IllegalArgumentException.class, () -> Instance.of(address)));
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException notEvenAUri) {
      return;
    }
    assertNoSecret(assertThrows(IllegalArgumentException.class, () -> Instance.of(uri)));
    assertNoSecret(
        assertThrows(
            IllegalArgumentException.class, () -> new Instance("a", uri, 1, null, Map.of())));
  }

  private static void assertNoSecret(Throwable refusal) {
    for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
      String text = cause.toString();
      assertFalse(text.contains("secret") || text.contains("cret@"), text);
    }
  }

  @Test
  void aUserNameAloneIsRefusedToo() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Instance.of("http://user@host:80"));
    assertEquals("uri: http://***@host:80 (expected: no user info)", refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Instance.of("http://@host:80"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, Double.MIN_VALUE, 1e-9, 1, 1e308, Double.MAX_VALUE})
  void aFiniteWeightIsKept(double weight) {
    assertEquals(weight, PLAIN.withWeight(weight).weight());
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        Double.NaN,
        -1,
        -Double.MIN_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
      })
  void anotherWeightIsRefusedWithTheIdAndTheValue(double weight) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> PLAIN.withWeight(weight));
    assertEquals(
        "weight of instance 10.0.0.1:8080: " + weight + " (expected: finite and >= 0)",
        refusal.getMessage());
  }

  @Test
  void negativeZeroIsZero() {
    Instance zero = PLAIN.withWeight(-0.0);
    assertEquals(PLAIN.withWeight(0.0), zero);
    assertEquals(0, Double.compare(0.0, zero.weight()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void aBlankIdOrZoneIsRefusedByName(String blank) {
    IllegalArgumentException id =
        assertThrows(IllegalArgumentException.class, () -> PLAIN.withId(blank));
    assertTrue(id.getMessage().startsWith("id: "), id.getMessage());
    IllegalArgumentException zone =
        assertThrows(IllegalArgumentException.class, () -> PLAIN.withZone(blank));
    assertTrue(zone.getMessage().startsWith("zone of instance 10.0.0.1:8080: "), zone.getMessage());
  }

  @Test
  void nullsAreRefused() {
    URI uri = PLAIN.uri();
    assertThrows(NullPointerException.class, () -> Instance.of((String) null));
    assertThrows(NullPointerException.class, () -> Instance.of((URI) null));
    assertThrows(NullPointerException.class, () -> new Instance(null, uri, 1, null, Map.of()));
    assertThrows(NullPointerException.class, () -> new Instance("a", null, 1, null, Map.of()));
    assertThrows(NullPointerException.class, () -> new Instance("a", uri, 1, null, null));
    assertThrows(NullPointerException.class, () -> PLAIN.withMetadata("k", null));
    assertThrows(NullPointerException.class, () -> PLAIN.withMetadata(null, "v"));
  }

  /** stork: its wrapper of an instance lost labels and metadata; servicetalk#3604: lost knobs. */
  @Test
  @DisplayName("servicetalk#3604: a copy keeps every other component")
  void eachCopyKeepsTheRest() {
    URI uri = URI.create("https://h:8443/base");
    Instance full = new Instance("a", uri, 3, "z1", Map.of("version", "2"));
    assertEquals(new Instance("b", uri, 3, "z1", Map.of("version", "2")), full.withId("b"));
    assertEquals(new Instance("a", uri, 5, "z1", Map.of("version", "2")), full.withWeight(5));
    assertEquals(new Instance("a", uri, 3, "z2", Map.of("version", "2")), full.withZone("z2"));
    assertEquals(new Instance("a", uri, 3, null, Map.of("version", "2")), full.withZone(null));
    assertEquals(
        new Instance("a", uri, 3, "z1", Map.of("version", "2", "rack", "7")),
        full.withMetadata("rack", "7"));
    assertEquals(
        new Instance("a", uri, 3, "z1", Map.of("version", "3")), full.withMetadata("version", "3"));
  }

  @Test
  void metadataIsCopiedAndImmutable() {
    Map<String, String> given = new HashMap<>(Map.of("k", "v"));
    Instance instance = new Instance("a", PLAIN.uri(), 1, null, given);
    given.put("k2", "v2");
    assertEquals(Map.of("k", "v"), instance.metadata());
    assertThrows(UnsupportedOperationException.class, () -> instance.metadata().put("x", "y"));
    Instance copy = instance.withMetadata("x", "y");
    assertThrows(UnsupportedOperationException.class, () -> copy.metadata().clear());
    assertEquals(Map.of("k", "v"), instance.metadata());
  }

  @Test
  void equalComponentsMakeEqualInstances() {
    Instance one = PLAIN.withZone("z").withMetadata("k", "v");
    Instance other = Instance.of("10.0.0.1:8080").withMetadata("k", "v").withZone("z");
    assertEquals(one, other);
    assertEquals(one.hashCode(), other.hashCode());
    assertNotEquals(one, one.withId("other"));
    assertNotEquals(one, one.withWeight(2));
    assertNotEquals(one, one.withZone(null));
    assertNotEquals(one, one.withMetadata("k", "w"));
  }
}
