package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The server's side of TLS: the certificate that clients trust, and one that they do not. */
final class ServerTls {
  private final SSLContext right;
  private final SSLContext wrong;

  private ServerTls(SSLContext right, SSLContext wrong) {
    this.right = right;
    this.wrong = wrong;
  }

  /** Reads the key stores that {@link Certificates} made. */
  static ServerTls read(Path folder) throws IOException {
    return new ServerTls(
        Certificates.server(folder, Certificates.RIGHT),
        Certificates.server(folder, Certificates.WRONG));
  }

  /** Wraps a connection; the handshake comes with the first read. */
  Socket accept(Socket plain, boolean withRight) throws IOException {
    SSLContext context = withRight ? right : wrong;
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
    socket.setUseClientMode(false);
    return socket;
  }
}
