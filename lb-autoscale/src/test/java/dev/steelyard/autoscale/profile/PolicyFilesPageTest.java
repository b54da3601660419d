package dev.steelyard.autoscale.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.lint.Finding;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What {@code docs/policy-files.md} says is so. */
class PolicyFilesPageTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static List<List<String>> table(String firstColumn) {
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : lines()) {
      if (line.startsWith("| " + firstColumn + " |")) {
        inside = true;
      } else if (inside && !line.startsWith("|")) {
        break;
      } else if (inside && !line.startsWith("|---")) {
        rows.add(Arrays.stream(line.substring(2).split(" \\|")).map(String::strip).toList());
      }
    }
    assertTrue(rows.size() >= 5, firstColumn);
    return rows;
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(root().resolve("docs/policy-files.md"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Path root() {
    try {
      Path folder =
          Path.of(PolicyConfig.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      while (!Files.exists(folder.resolve("CHANGELOG.md"))) {
        folder = folder.getParent();
      }
      return folder;
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> codes(String cell) {
    List<String> codes = new ArrayList<>();
    for (Matcher matcher = CODE.matcher(cell); matcher.find(); ) {
      codes.add(matcher.group(1));
    }
    return codes;
  }

  private static Map<String, String> settings(String examples) {
    Map<String, String> settings = new TreeMap<>();
    for (String code : codes(examples)) {
      int equals = code.indexOf(" = ");
      settings.put(code.substring(0, equals), code.substring(equals + 3));
    }
    return settings;
  }

  private static Map<String, String> complete(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>(settings);
    if (!all.containsKey("profile")) {
      all.putIfAbsent("min.replicas", "1");
      all.putIfAbsent("max.replicas", "20");
    }
    return all;
  }

  @TestFactory
  Stream<DynamicTest> theExampleOfEachKeyIsAccepted() {
    return table("key").stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.get(0),
                    () -> {
                      Map<String, String> settings = settings(row.get(3));
                      ScalingPolicy policy = PolicyConfig.of(complete(settings));
                      assertTrue(policy.most() >= 1);
                      String form =
                          codes(row.get(0))
                              .get(0)
                              .replace(".", "\\.")
                              .replaceAll("METRIC|NAME", "[a-z0-9_]+")
                              .replaceAll("\\\\\\.(up|down)", "\\\\.(up|down)");
                      assertTrue(
                          settings.keySet().stream()
                              .anyMatch(key -> key.matches(form + "(\\.up|\\.down)?")),
                          () -> form + " is not among " + settings.keySet());
                    }));
  }

  /** What the reader asks for must be in the table: of all keys there are, none is left out. */
  @Test
  void noKeyIsLeftOut() throws IOException {
    Set<String> documented =
        table("key").stream().map(row -> codes(row.get(0)).get(0)).collect(Collectors.toSet());
    for (String file :
        List.of("PolicyConfig", "RuleSettings", "LimitSettings", "BudgetSettings", "MetricNames")) {
      String source =
          Files.readString(
              root()
                  .resolve("lb-autoscale/src/main/java/dev/steelyard/autoscale/profile")
                  .resolve(file + ".java"));
      Matcher asked =
          Pattern.compile(
                  "settings\\.(?:text|number|integer|span|bool|need|names|choice)\\(\\s*"
                      + "(?:key \\+ |prefix \\+ )?\"([a-z.-]+)\"")
              .matcher(source);
      while (asked.find()) {
        String key = asked.group(1).replaceAll("^\\.|\\.$", "");
        assertTrue(
            documented.stream().anyMatch(each -> ("." + each + ".").contains("." + key + "."))
                || key.startsWith("tolerance."),
            () -> key + " of " + file + " is not in the table");
      }
    }
  }

  @Test
  void theEnvironmentVariablesAreAllThereAre() {
    Set<String> documented = new TreeSet<>();
    for (List<String> row : table("variable")) {
      documented.add(codes(row.get(0)).get(0));
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> PolicyConfig.fromEnvironment(Map.of("X_NOTHING", "1"), "X_"));
    assertTrue(
        String.valueOf(e.getMessage()).endsWith(documented.toString()),
        String.valueOf(e.getMessage()));
  }

  @TestFactory
  Stream<DynamicTest> anEnvironmentVariableIsTheKeyBesideIt() {
    Map<String, String> samples =
        Map.of(
            "PROFILE", "staging",
            "POLICY_NAME", "orders",
            "SCALE_UP_RATE", "4/15s",
            "SCALE_DOWN_RATE", "1/1m",
            "STARTUP_GRACE", "3m");
    return table("variable").stream()
        .map(
            row -> {
              String variable = codes(row.get(0)).get(0);
              String key = codes(row.get(1)).get(0);
              boolean time = key.matches(".*(cooldown|window|after)");
              String value = samples.getOrDefault(variable, time ? "3m" : "15");
              return DynamicTest.dynamicTest(
                  variable,
                  () ->
                      assertEquals(
                          described(PolicyConfig.of(complete(Map.of(key, value)))),
                          described(environment(variable, value))));
            });
  }

  private static ScalingPolicy environment(String variable, String value) {
    Map<String, String> environment = new TreeMap<>();
    if (!variable.equals("PROFILE")) {
      environment.put("MIN_REPLICAS", "1");
      environment.put("MAX_REPLICAS", "20");
    }
    environment.put(variable, value);
    return PolicyConfig.fromEnvironment(environment, "");
  }

  private static List<Object> described(ScalingPolicy policy) {
    return List.of(
        policy.describe(),
        policy.scaleUp(),
        policy.scaleDown(),
        policy.staleAfter(),
        policy.startupGrace());
  }

  @Test
  void theProfilesAreAsInTheTable() {
    for (List<String> row : table("profile")) {
      String name = codes(row.get(0)).get(0);
      if (name.startsWith("-")) {
        continue;
      }
      ScalingPolicy policy = Profile.named(name).policy();
      assertEquals(row.get(1), policy.least() + "–" + policy.most());
      Map<String, String> settings = Profile.named(name).settings();
      assertEquals(
          row.get(2),
          settings.get("threshold.cpu.up") + " / " + settings.get("threshold.cpu.down") + " %");
      assertEquals(
          row.get(4),
          settings.get("scale.up.cooldown") + " / " + settings.get("scale.down.cooldown"));
      assertEquals(Duration.ZERO, policy.scaleDown().window());
    }
  }

  @Test
  void theFindingsAreAllThereAreWithTheirSeverity() {
    Map<String, String> documented = new TreeMap<>();
    for (List<String> row : table("finding")) {
      documented.put(codes(row.get(0)).get(0), row.get(1));
    }
    Map<String, String> all = new TreeMap<>();
    for (Finding.Code code : Finding.Code.values()) {
      all.put(code.name(), code.severity().name().toLowerCase(Locale.ROOT));
    }
    assertEquals(all, documented);
  }
}
