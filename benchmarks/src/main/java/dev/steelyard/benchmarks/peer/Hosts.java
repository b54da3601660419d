package dev.steelyard.benchmarks.peer;

/** The addresses of the instances, by number. */
final class Hosts {
  static final int PORT = 8080;

  private Hosts() {}

  static String host(int index) {
    return "10." + (index >> 16) + "." + (index >> 8 & 255) + "." + (index & 255);
  }

  static int index(String host) {
    int index = 0;
    String[] parts = host.split("\\.", -1);
    for (int i = 1; i < parts.length; i++) {
      index = index << 8 | Integer.parseInt(parts[i]);
    }
    return index;
  }
}
