package dev.steelyard.lb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What users of the module see: it changes only on purpose. */
class ModuleTest {
  private static final ModuleDescriptor MODULE =
      dev.steelyard.lb.registry.Instance.class.getModule().getDescriptor();
  private static final Set<String> EXPORTED =
      Set.of(
          "dev.steelyard.lb",
          "dev.steelyard.lb.env",
          "dev.steelyard.lb.health",
          "dev.steelyard.lb.http",
          "dev.steelyard.lb.registry",
          "dev.steelyard.lb.request",
          "dev.steelyard.lb.resilience",
          "dev.steelyard.lb.select",
          "dev.steelyard.lb.sticky");

  @Test
  void isNamedAndClosed() {
    assertEquals("dev.steelyard.lb", MODULE.name());
    assertFalse(MODULE.isOpen());
    assertTrue(MODULE.opens().isEmpty());
  }

  @Test
  void exportsExactlyItsPublicPackagesToEverybody() {
    assertEquals(
        EXPORTED, MODULE.exports().stream().map(Exports::source).collect(Collectors.toSet()));
    assertTrue(MODULE.exports().stream().noneMatch(Exports::isQualified));
  }

  @Test
  void requiresExactlyWhatItNeeds() {
    Map<String, Set<Requires.Modifier>> requires =
        MODULE.requires().stream().collect(Collectors.toMap(Requires::name, Requires::modifiers));
    assertEquals(
        Set.of(
            "com.github.benmanes.caffeine",
            "java.base",
            "java.net.http",
            "org.jspecify",
            "org.slf4j"),
        requires.keySet());
    assertEquals(
        Set.of(Requires.Modifier.STATIC, Requires.Modifier.TRANSITIVE),
        requires.get("org.jspecify"));
    assertEquals(Set.of(Requires.Modifier.TRANSITIVE), requires.get("java.net.http"));
    assertEquals(Set.of(), requires.get("org.slf4j"));
    assertEquals(Set.of(), requires.get("com.github.benmanes.caffeine"));
  }

  @Test
  void usesAndProvidesNoServices() {
    assertEquals(Set.of(), MODULE.uses());
    assertEquals(Set.of(), MODULE.provides());
  }

  private static boolean isVisible(JavaClass type) {
    return EXPORTED.contains(type.getPackageName())
        && type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ModuleTest::isVisible).orElse(true);
  }

  /** Nested types are part of their owner, where they are few. */
  @Test
  void thereAreFewPublicTypes() {
    Map<String, Integer> perPackage = new TreeMap<>();
    int nested = 0;
    for (JavaClass type : MainClasses.ALL) {
      if (isVisible(type)) {
        if (type.getEnclosingClass().isEmpty()) {
          perPackage.merge(type.getPackageName(), 1, Integer::sum);
        } else {
          nested++;
        }
      }
    }
    assertTrue(perPackage.size() >= 6, "the scan sees the packages");
    perPackage.forEach((name, count) -> assertTrue(count < 12, name + " has " + count));
    int all = perPackage.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(all >= 30 && all < 60, () -> all + " public types: " + perPackage);
    assertTrue(nested <= 25, nested + " nested public types");
  }
}
