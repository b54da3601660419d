package dev.steelyard.lb.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class InstancePropertyTest {

  @Provide
  Arbitrary<String> hosts() {
    Arbitrary<String> label =
        Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(8);
    Arbitrary<String> names = label.list().ofMinSize(1).ofMaxSize(4).map(s -> String.join(".", s));
    Arbitrary<String> dashed =
        Combinators.combine(label, Arbitraries.integers().between(0, 99), label)
            .as((a, number, b) -> a + "-" + number + b);
    Arbitrary<String> ipv4 =
        Arbitraries.integers().between(0, 255).list().ofSize(4).map(InstancePropertyTest::dotted);
    Arbitrary<String> ipv6 =
        Arbitraries.integers()
            .between(0, 0xFFFF)
            .list()
            .ofSize(8)
            .map(
                groups ->
                    "["
                        + String.join(":", groups.stream().map(Integer::toHexString).toList())
                        + "]");
    return Arbitraries.oneOf(
        names, names.map(name -> name.toUpperCase(Locale.ROOT)), dashed, ipv4, ipv6);
  }

  private static String dotted(java.util.List<Integer> bytes) {
    return String.join(".", bytes.stream().map(String::valueOf).toList());
  }

  @Provide
  Arbitrary<Integer> ports() {
    return Arbitraries.integers().between(1, 65_535);
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("", "/", "/base", "/a/b%20c/", "/x;y=1", "/a@b:c");
  }

  @Provide
  Arbitrary<String> schemes() {
    return Arbitraries.of("http", "https", "ws", "wss", "grpc", "HTTP");
  }

  @Property
  void parsingWhatAUriPrintsGivesTheSameInstance(
      @ForAll("schemes") String scheme,
      @ForAll("hosts") String host,
      @ForAll("ports") int port,
      @ForAll("paths") String path) {
    String text = scheme + "://" + host + ":" + port + path;
    Instance instance = Instance.of(text);
    assertEquals(text, instance.uri().toString());
    assertEquals(instance, Instance.of(instance.uri().toString()));
    assertEquals(instance, Instance.of(instance.uri()));
    assertEquals(port, instance.port());
  }

  /** The id of an instance is itself an address of it. */
  @Property
  void parsingAnIdGivesTheSameServer(@ForAll("hosts") String host, @ForAll("ports") int port) {
    Instance instance = Instance.of(host + ":" + port);
    Instance again = Instance.of(instance.id());
    assertEquals(instance.id(), again.id());
    assertEquals(instance.host(), again.host());
    assertEquals(instance.port(), again.port());
    assertEquals(instance.uri(), again.uri());
    assertEquals(Instance.of(host).host(), instance.host());
  }

  /** Nothing but an instance or an IllegalArgumentException comes out, and no id is blank. */
  @Property(tries = 1_000)
  void anyTextIsParsedOrRefused(@ForAll("addressLike") String text) {
    try {
      Instance instance = Instance.of(text);
      assertTrue(!instance.id().isBlank() && !instance.host().isBlank());
      assertEquals(instance, Instance.of(instance.uri()));
    } catch (IllegalArgumentException refused) {
      assertTrue(refused.getMessage().contains("expected: "), refused.getMessage());
    }
  }

  @Provide
  Arbitrary<String> addressLike() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "http",
            "://",
            ":",
            "/",
            "[",
            "]",
            "::1",
            "host",
            "80",
            "0",
            "-1",
            "@",
            "?",
            "#",
            "%",
            " ",
            "_",
            "\u0000",
            "\u00e9",
            "65536",
            ".",
            "..",
            "\\",
            "10.0.0.1");
    return pieces.list().ofMaxSize(8).map(list -> String.join("", list));
  }

  @Property
  void aUriIsNeverChanged(@ForAll("hosts") String host, @ForAll("paths") String path) {
    URI uri = URI.create("https://" + host + path);
    assertEquals(uri.toString(), Instance.of(uri).uri().toString());
    assertEquals(443, Instance.of(uri).port());
  }
}
