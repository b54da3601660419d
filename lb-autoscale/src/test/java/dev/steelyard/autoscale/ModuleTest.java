package dev.steelyard.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ModuleTest {
  private static final ModuleDescriptor MODULE = ModuleTest.class.getModule().getDescriptor();

  @Test
  void isNamed() {
    assertEquals("dev.steelyard.autoscale", MODULE.name());
  }

  @Test
  void exportsExactlyItsPublicPackages() {
    assertEquals(
        Set.of(
            "dev.steelyard.autoscale",
            "dev.steelyard.autoscale.forecast",
            "dev.steelyard.autoscale.limits",
            "dev.steelyard.autoscale.lint",
            "dev.steelyard.autoscale.loop",
            "dev.steelyard.autoscale.profile",
            "dev.steelyard.autoscale.replay",
            "dev.steelyard.autoscale.rules",
            "dev.steelyard.autoscale.schedule"),
        MODULE.exports().stream().map(Exports::source).collect(Collectors.toSet()));
  }
}
