package dev.steelyard.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What users of the module see: it changes only on purpose. */
class ModuleTest {
  private static final ModuleDescriptor MODULE = Scenario.class.getModule().getDescriptor();

  @Test
  void isNamedAndClosed() {
    assertEquals("dev.steelyard.simulator", MODULE.name());
    assertFalse(MODULE.isOpen());
    assertEquals(Set.of(), MODULE.opens());
  }

  @Test
  void exportsItsOnePackageToEverybody() {
    assertEquals(
        Set.of("dev.steelyard.simulator"),
        MODULE.exports().stream().map(Exports::source).collect(Collectors.toSet()));
    assertFalse(MODULE.exports().stream().anyMatch(Exports::isQualified));
  }

  @Test
  void requiresExactlyWhatItNeeds() {
    Map<String, Set<Requires.Modifier>> requires =
        MODULE.requires().stream().collect(Collectors.toMap(Requires::name, Requires::modifiers));

    assertEquals(
        Set.of("java.base", "dev.steelyard.lb", "org.jspecify", "HdrHistogram"), requires.keySet());
    assertEquals(Set.of(Requires.Modifier.TRANSITIVE), requires.get("dev.steelyard.lb"));
    assertEquals(
        Set.of(Requires.Modifier.STATIC, Requires.Modifier.TRANSITIVE),
        requires.get("org.jspecify"));
    assertEquals(Set.of(), requires.get("HdrHistogram"));
  }
}
