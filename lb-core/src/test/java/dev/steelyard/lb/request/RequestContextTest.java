package dev.steelyard.lb.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  }

  @Test
  @DisplayName("servicetalk#3604: a copy keeps every other component")
  void eachCopyKeepsTheRest() {
    RequestContext full =
        RequestContext.forKey("user-1")
            .idempotent(true)
            .excluding(List.of("a"))
            .withHint("version", "2");
    List<RequestContext> copies =
        List.of(full.idempotent(true), full.excluding(List.of()), full.withHint("version", "2"));
    for (RequestContext copy : copies) {
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
    assertThrows(NullPointerException.class, () -> empty.excluding(Arrays.asList("a", null)));
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
