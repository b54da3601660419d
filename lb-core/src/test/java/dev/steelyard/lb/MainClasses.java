package dev.steelyard.lb;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.steelyard.lb.registry.Instance;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** The classes of the main code, and those that break its rules on purpose. */
final class MainClasses {
  /** Imported from where the code was compiled to: the tests are patched into the same module. */
  static final JavaClasses ALL = importFrom(Instance.class, new ImportOption.DoNotIncludeTests());

  private MainClasses() {}

  /** All classes in the place of one. */
  static JavaClasses importFrom(Class<?> one, ImportOption option) {
    try {
      return new ClassFileImporter().withImportOption(option).importPath(root(one));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path root(Class<?> one) throws URISyntaxException {
    String file = "/" + one.getName().replace('.', '/') + ".class";
    String url = one.getResource(file).toString();
    return Path.of(new URI(url.substring(0, url.length() - file.length())));
  }
}
