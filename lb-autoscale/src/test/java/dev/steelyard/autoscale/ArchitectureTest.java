package dev.steelyard.autoscale;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.steelyard.autoscale.planted.Planted;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The floors, and that a decision knows no clock, thread, chance or I/O. Every rule is checked
 * twice: it holds for the main code, and it fails for {@link Planted}, which breaks it.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.steelyard.autoscale";

  /** Package below the root, and its floor. One that is missing here is refused. */
  private static final Map<String, Integer> FLOORS =
      Map.ofEntries(
          Map.entry(".forecast", 0),
          Map.entry(".schedule", 0),
          Map.entry(".limits", 0),
          Map.entry("", 1),
          Map.entry(".rules", 2),
          Map.entry(".profile", 3),
          Map.entry(".lint", 4),
          Map.entry(".replay", 4),
          Map.entry(".loop", 4),
          Map.entry(".cli", 5),
          Map.entry(".planted", 0));

  /** What has a clock, threads and I/O by its nature. */
  private static final Set<String> IMPURE = Set.of(ROOT + ".loop", ROOT + ".cli");

  /** Where files are read or written though it is pure otherwise. */
  private static final Set<String> WITH_FILES = Set.of(ROOT + ".replay", ROOT + ".profile");

  private static final ArchRule FLOORS_GO_DOWN = classes().should(importOnlyFromLowerFloors());

  private static final ArchRule NO_CLOCK =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(ROOT + ".loop.SystemTime")
          .should()
          .accessTargetWhere(
              calls(
                  access ->
                      isMember(access, "java.lang.System", "nanoTime", "currentTimeMillis")
                          || access.getTargetOwner().getPackageName().equals("java.time")
                              && access.getName().equals("now")
                          || access.getTargetOwner().isAssignableTo("java.time.Clock")))
          .because("time is part of the metrics");

  private static final ArchRule NO_THREADS =
      noClasses()
          .that(describe("are pure", type -> !IMPURE.contains(type.getPackageName())))
          .should()
          .accessTargetWhere(
              calls(
                  access ->
                      access.getTargetOwner().isAssignableTo("java.lang.Thread")
                          || access.getTargetOwner().isAssignableTo("java.lang.Process")
                          || access
                              .getTargetOwner()
                              .isAssignableTo("java.util.concurrent.Executor")))
          .because("a decision is made by the thread that asks for it");

  private static final ArchRule NO_FILES =
      noClasses()
          .that(
              describe(
                  "have no business with files",
                  type ->
                      !IMPURE.contains(type.getPackageName())
                          && !WITH_FILES.contains(type.getPackageName())))
          .should()
          .accessTargetWhere(
              calls(
                  access ->
                      access.getTargetOwner().getPackageName().startsWith("java.nio")
                          || access.getTargetOwner().getPackageName().startsWith("java.net")
                          || access.getTargetOwner().getPackageName().equals("java.io")))
          .because("a decision does no I/O");

  private static final ArchRule NO_CHANCE =
      noClasses()
          .should()
          .accessTargetWhere(
              calls(
                  access ->
                      access.getTargetOwner().isAssignableTo("java.util.Random")
                          || access.getTargetOwner().getName().equals("java.util.SplittableRandom")
                          || isMember(access, "java.util.UUID", "randomUUID")
                          || isMember(access, "java.lang.Math", "random")))
          .because("the same input gives the same bytes");

  private static final ArchRule NO_COMMON_POOL =
      noClasses()
          .should()
          .accessTargetWhere(
              calls(
                  access ->
                      isMember(access, "java.util.concurrent.ForkJoinPool", "commonPool")
                          || isMember(access, "java.util.Collection", "parallelStream")
                          || isMember(access, "java.lang.Thread", "sleep")))
          .because("executors are injected, and nothing waits");

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
          .because("two policies share nothing");

  private static final ArchRule NO_SYNCHRONIZED =
      methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED).because("it pins");

  private static final ArchRule NO_STANDARD_STREAM =
      noClasses()
          .that(describe("are not the command", type -> !type.getPackageName().endsWith(".cli")))
          .should()
          .accessTargetWhere(
              calls(
                  access ->
                      isMember(access, "java.lang.System", "out", "err")
                          || access.getName().equals("printStackTrace")))
          .because("logs go to SLF4J");

  private static final Map<String, ArchRule> RULES =
      Map.of(
          "floors", FLOORS_GO_DOWN,
          "clock", NO_CLOCK,
          "threads", NO_THREADS,
          "files", NO_FILES,
          "chance", NO_CHANCE,
          "common pool", NO_COMMON_POOL,
          "static state", NO_STATIC_STATE,
          "synchronized", NO_SYNCHRONIZED,
          "standard stream", NO_STANDARD_STREAM);

  /** What in {@link Planted} each rule has to find. */
  private static final Map<String, List<String>> PLANTED =
      Map.of(
          "floors", List.of("dev.steelyard.autoscale.ScalingPolicy"),
          "clock", List.of("nanoTime", "Instant.now"),
          "threads", List.of("Thread.start"),
          "files", List.of("Files.readString"),
          "chance", List.of("java.util.Random.<init>", "Math.random"),
          "common pool", List.of("commonPool", "parallelStream", "Thread.sleep"),
          "static state", List.of("Planted.counter"),
          "synchronized", List.of("Planted.locked"),
          "standard stream", List.of("System.out"));

  private static final JavaClasses MAIN = importFrom(ScalingPolicy.class, "");

  private static JavaClasses importFrom(Class<?> one, String part) {
    try {
      Path path = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
      return new ClassFileImporter()
          .withImportOption(
              location -> location.contains(part) && !location.contains("module-info"))
          .importPath(path);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> theMainCodeKeepsTheRule() {
    return RULES.entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(main())));
  }

  /** Tests are patched into the module: their classes may lie in the same place. */
  private static JavaClasses main() {
    JavaClasses main =
        MAIN.that(
            describe(
                "are main code",
                type ->
                    type.getSource()
                        .map(source -> !source.getUri().toString().contains("/test-classes/"))
                        .orElse(true)));
    assertTrue(main.size() > 20, "the main code was found");
    return main;
  }

  @TestFactory
  Stream<DynamicTest> whatBreaksTheRuleIsFound() {
    JavaClasses planted = new ClassFileImporter().importClasses(Planted.class);
    assertEquals(RULES.keySet(), PLANTED.keySet());
    return RULES.entrySet().stream()
        .map(
            rule ->
                DynamicTest.dynamicTest(
                    rule.getKey(),
                    () -> {
                      String report =
                          rule.getValue().evaluate(planted).getFailureReport().toString();
                      for (String part : PLANTED.get(rule.getKey())) {
                        assertTrue(report.contains(part), () -> part + " is not in " + report);
                      }
                      assertFalse(report.contains("ALLOWED"), report);
                    }));
  }

  @Test
  void everyPackageHasAFloor() {
    for (JavaClass type : main()) {
      String name = type.getPackageName();
      assertTrue(name.startsWith(ROOT), name);
      assertTrue(FLOORS.containsKey(name.substring(ROOT.length())), name);
    }
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

  private static com.tngtech.archunit.base.DescribedPredicate<JavaAccess<?>> calls(
      Predicate<JavaAccess<?>> test) {
    return describe("such a call", test);
  }

  private static boolean isMember(JavaAccess<?> access, String owner, String... names) {
    return access.getTargetOwner().isAssignableTo(owner)
        && List.of(names).contains(access.getName());
  }
}
