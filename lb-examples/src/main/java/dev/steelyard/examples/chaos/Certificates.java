package dev.steelyard.examples.chaos;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Two self-signed certificates for a run, made with the JDK's keytool: one that the client trusts,
 * for the name of the service and for the loopback address (a client that knows no service verifies
 * that), and one for the same names that it does not trust.
 */
final class Certificates {
  static final String RIGHT = "right";
  static final String WRONG = "wrong";
  private static final char[] PASSWORD = "loopback".toCharArray();
  private static final long KEYTOOL_SECONDS = 60;

  private Certificates() {}

  /** Makes both key stores in a folder. */
  static void make(Path folder) throws IOException, InterruptedException {
    for (String name : List.of(RIGHT, WRONG)) {
      Process keytool =
          new ProcessBuilder(
                  System.getProperty("java.home")
                      + File.separator
                      + "bin"
                      + File.separator
                      + "keytool",
                  "-genkeypair",
                  "-alias",
                  name,
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + Target.SERVICE,
                  "-ext",
                  "SAN=dns:" + Target.SERVICE + ",ip:127.0.0.1",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  new String(PASSWORD),
                  "-keystore",
                  folder.resolve(name).toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS);
      keytool.destroyForcibly();
      if (!ended || keytool.exitValue() != 0) {
        throw new IOException("keytool could not make a certificate");
      }
    }
  }

  static SSLContext server(Path folder, String name) throws IOException {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(KeyStore.getInstance(folder.resolve(name).toFile(), PASSWORD), PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException unreadable) {
      throw new IOException(unreadable);
    }
  }

  /** A client that trusts the right certificate and nothing else. */
  static SSLContext client(Path folder) throws IOException {
    try {
      KeyStore made = KeyStore.getInstance(folder.resolve(RIGHT).toFile(), PASSWORD);
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(RIGHT, made.getCertificate(RIGHT));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException unreadable) {
      throw new IOException(unreadable);
    }
  }
}
