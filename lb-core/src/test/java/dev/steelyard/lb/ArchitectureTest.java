package dev.steelyard.lb;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.EvaluationResult;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.steelyard.lb.planted.Planted;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The floors and the forbidden calls. Every rule is checked twice: it holds for the main code, and
 * it fails for {@link Planted}, which breaks it.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.steelyard.lb";

  /** Package below the root, and its floor. One that is missing here is refused. */
  private static final Map<String, Integer> FLOORS =
      Map.ofEntries(
          Map.entry(".env", 0),
          Map.entry(".internal", 0),
          Map.entry(".registry", 1),
          Map.entry(".request", 1),
          Map.entry(".select", 2),
          Map.entry(".resilience", 2),
          Map.entry(".health", 3),
          Map.entry(".discovery", 3),
          Map.entry(".sticky", 3),
          Map.entry(".route", 3),
          Map.entry(".weigh", 3),
          Map.entry(".limit", 3),
          Map.entry("", 4),
          Map.entry(".http", 5),
          Map.entry(".observe", 5),
          Map.entry(".planted", 0));

  private static final Set<String> ASYNC_METHODS =
      Set.of(
          "runAsync",
          "supplyAsync",
          "thenApplyAsync",
          "thenAcceptAsync",
          "thenRunAsync",
          "thenCombineAsync",
          "thenAcceptBothAsync",
          "runAfterBothAsync",
          "applyToEitherAsync",
          "acceptEitherAsync",
          "runAfterEitherAsync",
          "thenComposeAsync",
          "whenCompleteAsync",
          "handleAsync",
          "exceptionallyAsync",
          "exceptionallyComposeAsync",
          "completeAsync",
          "delayedExecutor",
          "orTimeout",
          "completeOnTimeout");

  private static final ArchRule FLOORS_GO_DOWN = classes().should(importOnlyFromLowerFloors());

  private static final ArchRule NO_CYCLES =
      slices().matching("dev.steelyard.(**)").should().beFreeOfCycles();

  private static final ArchRule NO_CLOCK =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.steelyard.lb.env.SystemTicker")
          .should()
          .accessTargetWhere(
              calls(
                  "a clock",
                  access ->
                      isMember(access, "java.lang.System", "nanoTime", "currentTimeMillis")
                          || access.getTargetOwner().getPackageName().equals("java.time")
                              && access.getName().equals("now")
                          || access.getTargetOwner().isAssignableTo("java.time.Clock")
                          || access.getTargetOwner().getName().equals("java.util.Date")))
          .because("time is injected (env.Ticker)");

  private static final ArchRule NO_SLEEP =
      noClasses()
          .should()
          .accessTargetWhere(
              calls(
                  "a sleep",
                  access ->
                      isMember(access, "java.lang.Thread", "sleep")
                          || isMember(access, "java.util.concurrent.TimeUnit", "sleep")))
          .because("nothing here waits for time to pass");

  private static final ArchRule NO_OTHER_RANDOM =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.steelyard.lb.env.ThreadLocalSource")
          .should()
          .accessTargetWhere(
              calls(
                  "randomness",
                  access ->
                      access.getTargetOwner().isAssignableTo("java.util.Random")
                          || access.getTargetOwner().getName().equals("java.util.SplittableRandom")
                          || isMember(access, "java.util.UUID", "randomUUID")
                          || isMember(access, "java.lang.Math", "random")))
          .because("randomness is injected (env.RandomSource)");

  private static final ArchRule NO_COMMON_POOL =
      noClasses()
          .should()
          .accessTargetWhere(
              calls(
                  "the common pool",
                  access ->
                      isMember(access, "java.util.concurrent.ForkJoinPool", "commonPool")
                          || isMember(access, "java.util.Collection", "parallelStream")
                          || access.getTargetOwner().isAssignableTo("java.util.Timer")
                          || access
                                  .getTargetOwner()
                                  .isAssignableTo("java.util.concurrent.CompletionStage")
                              && ASYNC_METHODS.contains(access.getName())
                              && !access
                                  .getTarget()
                                  .getFullName()
                                  .contains("java.util.concurrent.Executor")))
          .because("executors are injected");

  private static final ArchRule NO_STATIC_STATE =
      fields()
          .that(
              describe(
                  "are static and written by hand",
                  field ->
                      field.getModifiers().contains(JavaModifier.STATIC)
                          && !field.getModifiers().contains(JavaModifier.SYNTHETIC)))
          .should()
          .beFinal()
          .because("two balancers share nothing (spring-cloud-netflix#2025)");

  private static final ArchRule NO_SYNCHRONIZED =
      methods()
          .should()
          .notHaveModifier(JavaModifier.SYNCHRONIZED)
          .because("a virtual thread is pinned by it on JDK 21");

  /** java.util.logging is not even readable: ModuleTest pins what the module requires. */
  private static final ArchRule NO_OTHER_LOG =
      noClasses()
          .should()
          .accessTargetWhere(
              calls(
                  "a standard stream",
                  access ->
                      isMember(access, "java.lang.System", "out", "err", "getLogger")
                          || access.getName().equals("printStackTrace")))
          .because("logs go to SLF4J");

  private static final Map<String, ArchRule> RULES =
      Map.of(
          "floors", FLOORS_GO_DOWN,
          "cycles", NO_CYCLES,
          "clock", NO_CLOCK,
          "sleep", NO_SLEEP,
          "random", NO_OTHER_RANDOM,
          "common pool", NO_COMMON_POOL,
          "static state", NO_STATIC_STATE,
          "synchronized", NO_SYNCHRONIZED,
          "log", NO_OTHER_LOG);

  /** What in {@link Planted} each rule has to find. */
  private static final Map<String, List<String>> PLANTED =
      Map.of(
          "floors", List.of("dev.steelyard.lb.planted", "dev.steelyard.lb.registry.Instance"),
          "cycles", List.of("dev.steelyard.lb.planted", "dev.steelyard.lb.planted.deeper"),
          "clock",
              List.of(
                  "nanoTime",
                  "currentTimeMillis",
                  "Instant.now",
                  "LocalDateTime.now",
                  "Date.",
                  "systemUTC"),
          "sleep", List.of("Thread.sleep", "TimeUnit.sleep"),
          "random",
              List.of("java.util.Random.<init>", "Math.random", "SplittableRandom", "randomUUID"),
          "common pool",
              List.of("commonPool", "supplyAsync", "thenApplyAsync", "parallelStream", "Timer"),
          "static state", List.of("Planted.counter"),
          "synchronized", List.of("Planted.locked"),
          "log", List.of("System.getLogger", "System.out", "System.err", "printStackTrace"));

  @TestFactory
  Stream<DynamicTest> theMainCodeKeepsTheRule() {
    assertTrue(MainClasses.ALL.size() > 40, "the main code was found");
    return RULES.entrySet().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.getKey(), () -> rule.getValue().check(MainClasses.ALL)));
  }

  @TestFactory
  Stream<DynamicTest> whatBreaksTheRuleIsFound() {
    JavaClasses planted =
        MainClasses.importFrom(
            Planted.class, location -> location.contains("/dev/steelyard/lb/planted/"));
    assertEquals(RULES.keySet(), PLANTED.keySet());
    return RULES.entrySet().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.getKey(),
                    () -> {
                      EvaluationResult result = rule.getValue().evaluate(planted);
                      assertTrue(result.hasViolation());
                      String report = result.getFailureReport().toString();
                      for (String part : PLANTED.get(rule.getKey())) {
                        assertTrue(report.contains(part), () -> part + " is not in " + report);
                      }
                      assertFalse(report.contains("allowed"), report);
                    }));
  }

  @Test
  void everyPackageHasAFloor() {
    Set<String> packages =
        MainClasses.ALL.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    packages.remove(""); // module-info
    for (String name : packages) {
      assertTrue(name.startsWith(ROOT), name);
      assertTrue(FLOORS.containsKey(name.substring(ROOT.length())), name);
    }
    assertTrue(packages.size() >= 7, packages::toString);
  }

  private static ArchCondition<JavaClass> importOnlyFromLowerFloors() {
    return new ArchCondition<>("import only from lower floors") {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
          String from = origin.getPackageName();
          String to = dependency.getTargetClass().getPackageName();
          if (to.startsWith(ROOT) && !to.equals(from) && floor(to) >= floor(from)) {
            events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static int floor(String name) {
    Integer floor = FLOORS.get(name.substring(ROOT.length()));
    return floor == null ? Integer.MAX_VALUE : floor;
  }

  private static DescribedPredicate<JavaAccess<?>> calls(
      String what, Predicate<JavaAccess<?>> test) {
    return describe(what, test);
  }

  private static boolean isMember(JavaAccess<?> access, String owner, String... names) {
    return access.getTargetOwner().isAssignableTo(owner)
        && List.of(names).contains(access.getName());
  }
}
