package dev.steelyard.lb.http;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** The server's side of RFC 6455, as far as the tests need it: echoes until the client closes. */
final class WebSocketServer {
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private WebSocketServer() {}

  static void echo(RawServer.Connection connection) throws Exception {
    open(connection);
    DataInputStream in = new DataInputStream(connection.in);
    while (true) {
      int opcode = in.readUnsignedByte() & 0xF;
      int length = in.readUnsignedByte() & 0x7F; // a client's frames are masked and short here
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < length; i++) {
        payload[i] ^= mask[i % 4];
      }
      switch (opcode) {
        case TEXT, BINARY -> frame(connection, opcode, payload);
        case PONG -> {
          if (payload[0] == 'b') { // and not the client's automatic answer to this ping
            frame(connection, PING, new byte[] {'p'});
          }
        }
        case PING -> frame(connection, PONG, payload);
        case CLOSE -> {
          frame(connection, CLOSE, payload);
          return;
        }
        default -> throw new IOException("opcode " + opcode);
      }
    }
  }

  static void open(RawServer.Connection connection) throws Exception {
    String head = connection.head();
    String key = header(head, "Sec-WebSocket-Key");
    byte[] digest =
        MessageDigest.getInstance("SHA-1")
            .digest(
                (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
    String protocols = header(head, "Sec-WebSocket-Protocol");
    connection.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(digest)
            + (protocols.isEmpty()
                ? ""
                : "\r\nSec-WebSocket-Protocol: " + protocols.split(",")[0].strip())
            + "\r\n\r\n");
  }

  private static String header(String head, String name) {
    return head.lines()
        .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static void frame(RawServer.Connection connection, int opcode, byte[] payload)
      throws IOException {
    byte[] frame = new byte[2 + payload.length];
    frame[0] = (byte) (0x80 | opcode);
    frame[1] = (byte) payload.length;
    System.arraycopy(payload, 0, frame, 2, payload.length);
    connection.out.write(frame);
    connection.out.flush();
  }
}
