package dev.steelyard.lb.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RequestContextTest {

  @Test
  void theEmptyContextIsOneObjectThatBringsNothing() {
    RequestContext empty = RequestContext.empty();
    assertSame(empty, RequestContext.empty());
    assertNull(empty.key());
    assertFalse(empty.isIdempotent());
    assertEquals(Set.of(), empty.excludedInstances());
    assertEquals(Map.of(), empty.hints());
    assertFalse(empty.hasKeyHash());
    assertFalse(empty.hasClientAddress());
  }

  @Test
  @DisplayName("servicetalk#3604: a copy keeps every other component")
  void eachCopyKeepsTheRest() throws Exception {
    InetAddress address = InetAddress.getByName("2001:db8::1:2");
    RequestContext full =
        RequestContext.forKey("user-1")
            .withKeyHash(-3)
            .withClientAddress(address)
            .idempotent(true)
            .excluding(List.of("a"))
            .withHint("version", "2");
    List<RequestContext> copies =
        List.of(
            full.idempotent(true),
            full.excluding(List.of()),
            full.withHint("version", "2"),
            full.withKeyHash(-3),
            full.withClientAddress(address));
    for (RequestContext copy : copies) {
      assertTrue(copy.hasKeyHash());
      assertEquals(-3, copy.keyHash());
      assertTrue(copy.hasClientAddress());
      assertEquals(0x20010db8_00000000L, copy.clientAddressHigh());
      assertEquals(0x10002, copy.clientAddressLow());
      assertEquals("user-1", copy.key());
      assertTrue(copy.isIdempotent());
      assertEquals(Set.of("a"), copy.excludedInstances());
      assertEquals(Map.of("version", "2"), copy.hints());
    }
  }

  @Test
  void aCopyLeavesTheOriginalAlone() {
    RequestContext original = RequestContext.forKey("k");
    original.idempotent(true);
    original.excluding(List.of("a"));
    original.withHint("h", "v");
    assertFalse(original.isIdempotent());
    assertEquals(Set.of(), original.excludedInstances());
    assertEquals(Map.of(), original.hints());
    assertNull(RequestContext.empty().key());
  }

  @Test
  void exclusionsAddUpAndTheLastHintOfANameWins() {
    RequestContext context =
        RequestContext.empty()
            .excluding(List.of("a", "b", "a"))
            .excluding(Set.of("b", "c"))
            .withHint("h", "1")
            .withHint("g", "2")
            .withHint("h", "3");
    assertEquals(Set.of("a", "b", "c"), context.excludedInstances());
    assertEquals(Map.of("h", "3", "g", "2"), context.hints());
  }

  @Test
  void whatWasGivenIsCopiedAndWhatIsReturnedIsImmutable() {
    List<String> ids = new ArrayList<>(List.of("a"));
    RequestContext context = RequestContext.empty().excluding(ids).withHint("h", "v");
    ids.add("b");
    assertEquals(Set.of("a"), context.excludedInstances());
    assertThrows(UnsupportedOperationException.class, () -> context.excludedInstances().add("c"));
    assertThrows(UnsupportedOperationException.class, () -> context.hints().put("x", "y"));
  }

  @Test
  void aBlankKeyIsRefusedByName() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> RequestContext.forKey(" "));
    assertEquals("key: \" \" (expected: not blank)", refusal.getMessage());
    assertThrows(NullPointerException.class, () -> RequestContext.forKey(null));
  }

  @Test
  void nullsAreRefused() {
    RequestContext empty = RequestContext.empty();
    assertThrows(NullPointerException.class, () -> empty.withHint(null, "v"));
    assertThrows(NullPointerException.class, () -> empty.withHint("h", null));
    assertThrows(NullPointerException.class, () -> empty.withClientAddress(null));
    assertThrows(NullPointerException.class, () -> empty.excluding(Arrays.asList("a", null)));
  }

  @Test
  void anAddressIsKeptAsTheSixteenBytesOfItsIpv6Form() throws Exception {
    RequestContext ipv4 =
        RequestContext.empty().withClientAddress(InetAddress.getByName("203.0.113.250"));
    assertEquals(0, ipv4.clientAddressHigh());
    assertEquals(0xFFFF_CB00_71FAL, ipv4.clientAddressLow());

    RequestContext ipv6 =
        RequestContext.empty()
            .withClientAddress(InetAddress.getByName("fe80:1:2:3:fffe:fdfc:fbfa:f9f8"));
    assertEquals(0xfe80_0001_0002_0003L, ipv6.clientAddressHigh());
    assertEquals(0xfffe_fdfc_fbfa_f9f8L, ipv6.clientAddressLow());

    RequestContext unspecified =
        RequestContext.empty().withClientAddress(InetAddress.getByName("::"));
    assertTrue(unspecified.hasClientAddress());
    assertEquals(0, unspecified.clientAddressHigh() | unspecified.clientAddressLow());
  }

  @Test
  void aHashOfZeroIsAHash() {
    assertTrue(RequestContext.empty().withKeyHash(0).hasKeyHash());
    assertFalse(RequestContext.forKey("k").hasKeyHash());
  }

  @Test
  void neitherTheHashNorTheAddressIsInTheText() throws Exception {
    String text =
        RequestContext.empty()
            .withKeyHash(123456)
            .withClientAddress(InetAddress.getByName("203.0.113.250"))
            .toString();
    assertTrue(text.contains("keyHash=given, clientAddress=given"), text);
    assertFalse(text.contains("203") || text.contains("123456"), text);
    assertTrue(RequestContext.empty().toString().contains("keyHash=none, clientAddress=none"));
  }

  @Test
  void neitherTheKeyNorTheValueOfAHintIsInTheText() {
    String text = RequestContext.forKey("jane@example.org").withHint("tenant", "acme").toString();
    assertFalse(text.contains("jane"), text);
    assertFalse(text.contains("acme"), text);
    assertTrue(text.contains("tenant"), text);
    assertTrue(text.contains("key=given"), text);
    assertTrue(RequestContext.empty().toString().contains("key=none"));
  }
}
