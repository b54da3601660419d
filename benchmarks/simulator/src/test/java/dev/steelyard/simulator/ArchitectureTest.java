package dev.steelyard.simulator;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.steelyard.simulator.planted.Planted;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * That a run depends on its scenario and its seed alone. Every rule is checked twice: it holds for
 * the main code, and it fails for {@link Planted}, which breaks it.
 */
class ArchitectureTest {
  /** What {@link Math} does in the same way on every JVM. */
  private static final Set<String> EXACT =
      Set.of("abs", "ceil", "max", "min", "round", "floorMod", "addExact", "multiplyExact");

  private static final ArchRule NO_CLOCK =
      noAccess(
          access ->
              isMember(access, "java.lang.System", "nanoTime", "currentTimeMillis")
                  || access.getTargetOwner().getPackageName().equals("java.time")
                      && access.getName().equals("now")
                  || access.getTargetOwner().isAssignableTo("java.time.Clock"),
          "time is virtual");

  private static final ArchRule NO_THREADS =
      noAccess(
          access ->
              access.getTargetOwner().isAssignableTo("java.lang.Thread")
                  || access.getTargetOwner().isAssignableTo("java.lang.Process")
                  || access.getTargetOwner().isAssignableTo("java.util.concurrent.ExecutorService")
                  || isMember(access, "java.util.Collection", "parallelStream")
                  || isMember(access, "java.util.stream.BaseStream", "parallel"),
          "a run has one thread, its caller's");

  private static final ArchRule NO_FILES =
      noAccess(
          access ->
              access.getTargetOwner().getPackageName().startsWith("java.nio.file")
                  || access.getTargetOwner().getName().startsWith("java.io.File"),
          "a scenario is all there is");

  private static final ArchRule NO_CHANCE =
      noAccess(
          access ->
              access.getTargetOwner().isAssignableTo("java.util.Random")
                  || access.getTargetOwner().getName().equals("java.util.SplittableRandom")
                  || isMember(access, "java.util.UUID", "randomUUID")
                  || isMember(access, "java.lang.Math", "random"),
          "all chance comes from the seed");

  private static final ArchRule NO_INEXACT_MATH =
      noAccess(
          access ->
              access.getTargetOwner().getName().equals("java.lang.Math")
                  && !EXACT.contains(access.getName()),
          "StrictMath gives the same bits on every JVM");

  private static final ArchRule NO_ORDER_OF_HASHES =
      noAccess(
          access ->
              isMember(access, "java.lang.System", "identityHashCode")
                  || access.getTargetOwner().isAssignableTo("java.util.IdentityHashMap")
                  || isOfHashes(access),
          "the order of hashes may differ from run to run");

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
          .because("two runs share nothing");

  private static final ArchRule NO_SYNCHRONIZED =
      methods()
          .that()
          .areNotDeclaredIn(Throwable.class)
          .should()
          .notHaveModifier(JavaModifier.SYNCHRONIZED)
          .because("a run has one thread");

  private static final ArchRule NO_STANDARD_STREAM =
      noAccess(
          access ->
              isMember(access, "java.lang.System", "out", "err")
                  || access.getName().equals("printStackTrace"),
          "a library does not print");

  private static final Map<String, ArchRule> RULES =
      Map.of(
          "clock", NO_CLOCK,
          "threads", NO_THREADS,
          "files", NO_FILES,
          "chance", NO_CHANCE,
          "math", NO_INEXACT_MATH,
          "hashes", NO_ORDER_OF_HASHES,
          "static state", NO_STATIC_STATE,
          "synchronized", NO_SYNCHRONIZED,
          "standard stream", NO_STANDARD_STREAM);

  /** What in {@link Planted} each rule has to find. */
  private static final Map<String, List<String>> PLANTED =
      Map.of(
          "clock", List.of("nanoTime", "Instant.now"),
          "threads", List.of("Thread.start", "commonPool", "parallelStream", "Thread.sleep"),
          "files", List.of("Files.readString"),
          "chance", List.of("java.util.Random.<init>", "Math.random"),
          "math", List.of("java.lang.Math.exp"),
          "hashes",
              List.of(
                  "identityHashCode",
                  "IdentityHashMap",
                  "Map.entrySet",
                  "Set.iterator",
                  "HashMap.forEach"),
          "static state", List.of("Planted.counter"),
          "synchronized", List.of("Planted.locked"),
          "standard stream", List.of("System.out"));

  private static ArchRule noAccess(Predicate<JavaAccess<?>> such, String because) {
    return noClasses().should().accessTargetWhere(describe("such", such)).because(because);
  }

  private static boolean isMember(JavaAccess<?> access, String owner, String... names) {
    return access.getTargetOwner().isAssignableTo(owner)
        && List.of(names).contains(access.getName());
  }

  /** Going through a map or set that does not say that it has an order. */
  private static boolean isOfHashes(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    return Set.of("java.util.HashMap", "java.util.Map", "java.util.HashSet", "java.util.Set")
            .contains(owner)
        && Set.of("entrySet", "values", "keySet", "iterator", "stream", "forEach")
            .contains(access.getName());
  }

  /** Tests are patched into the module: their classes may lie in the same place. */
  private static JavaClasses main() {
    try {
      Path path =
          Path.of(Scenario.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      JavaClasses main =
          new ClassFileImporter()
              .withImportOption(location -> !location.contains("module-info"))
              .importPath(path)
              .that(describe("are main code", ArchitectureTest::isMain));
      assertTrue(main.size() > 20, "the main code was found");
      return main;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isMain(JavaClass type) {
    return type.getSource()
        .map(source -> !source.getUri().toString().contains("/test-classes/"))
        .orElse(true);
  }

  @TestFactory
  Stream<DynamicTest> theMainCodeKeepsTheRule() {
    JavaClasses main = main();
    return RULES.entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(main)));
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
                      assertFalse(report.contains("StrictMath.exp"), report);
                    }));
  }
}
