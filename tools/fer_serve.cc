// fer-serve: a web page and an HTTP interface that say what a model sees in pictures.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "fer/classifier.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/threads.h"
#include "tools/cli/cli.h"
#include "tools/cli/models.h"
#include "tools/serve/faces.h"
#include "tools/serve/http_server.h"
#include "tools/serve/service.h"

namespace fer {
namespace {

using serve::Limits;

// NAME=FILE, or FILE, whose name it then has.
std::pair<std::string, std::string> named(const std::string& operand) {
  const size_t equals = operand.find('=');
  if (equals == std::string::npos || equals == 0 || path_kind(operand) != PathKind::kNone) {
    return {std::filesystem::path(operand).stem(), operand};
  }
  return {operand.substr(0, equals), operand.substr(equals + 1)};
}

std::vector<std::pair<std::string, Classifier>> load(const std::vector<std::string>& operands) {
  std::vector<std::pair<std::string, Classifier>> models;
  for (const std::string& operand : operands) {
    const auto [name, path] = named(operand);
    if (std::ranges::find(models, name, &std::pair<std::string, Classifier>::first) != models.end()) {
      throw cli::UsageError(
          fmt::format("{}: there is a model \"{}\" already: NAME={} gives it another name", path, name, path));
    }
    models.emplace_back(name, Classifier::load(path));
  }
  return models;
}

// --port, else the environment variable PORT, as hosts of containers set it, else 8080.
uint16_t port_of(const cli::Arguments& arguments) {
  if (arguments.has("port")) return static_cast<uint16_t>(arguments.integer("port", 0, 65535));
  const char* given = std::getenv("PORT");
  if (given == nullptr || *given == '\0') return 8080;
  const double port = cli::parse_number("port (from PORT)", given, 0, 65535);
  return static_cast<uint16_t>(port);
}

// A token in a file or in the environment is not seen in a list of processes.
std::string token_of(const cli::Arguments& arguments) {
  std::string token;
  if (arguments.has("token")) {
    token = arguments.text("token");
  } else if (arguments.has("token-file")) {
    token = read_file(arguments.text("token-file"), 4096, "a token");
  } else if (const char* given = std::getenv("FER_TOKEN"); given != nullptr && *given != '\0') {
    token = given;
  } else {
    return "";
  }
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  const bool good = std::ranges::all_of(token, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (token.empty() || !good) throw cli::UsageError("the token: expected visible ASCII characters without blanks");
  return token;
}

Limits limits_of(const cli::Arguments& arguments) {
  Limits limits;
  limits.max_bytes = static_cast<size_t>(arguments.integer("max-bytes", 1024, int64_t{1} << 30));
  limits.max_received = std::max(limits.max_received, 2 * limits.max_bytes);
  limits.max_pixels = arguments.integer("max-pixels", 1, 100'000'000);
  limits.max_pictures = static_cast<size_t>(arguments.integer("max-pictures", 1, 10'000));
  limits.max_faces = static_cast<size_t>(arguments.integer("max-faces", 1, 10'000));
  limits.max_connections = static_cast<size_t>(arguments.integer("max-connections", 1, 1'000'000));
  const auto time = std::chrono::milliseconds(static_cast<int64_t>(1000 * arguments.number("max-seconds", 0.1, 3600)));
  limits.receive_time = limits.wait_time = limits.send_time = time;
  return limits;
}

// Each connection is a file descriptor.
void make_room_for(Limits& limits) {
  constexpr rlim_t kOthers = 64;
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t wanted = limits.max_connections + kOthers;
  if (files.rlim_cur < wanted) {
    files.rlim_cur = std::min(wanted, files.rlim_max);
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur >= wanted) return;
  limits.max_connections = files.rlim_cur > 2 * kOthers ? files.rlim_cur - kOthers : kOthers;
  cli::note(fmt::format("fer-serve: at most {} connections: the system allows {} open files (ulimit -n)",
                        limits.max_connections, files.rlim_cur));
}

// Large pictures go back to the system as soon as they are done with, so that memory stays flat.
void return_large_blocks() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
}

// Without --detector a build or a machine that lacks one serves whole pictures, and says so.
serve::FindFaces finder_of(const cli::Arguments& arguments) {
  if (arguments.has("detector") && arguments.text("detector") == "none") return {};
  const FaceDetectorOptions detector{.detector = arguments.text("detector")};
  if (arguments.has("detector")) return serve::face_finder(detector);
  try {
    return serve::face_finder(detector);
  } catch (const Error& error) {
    cli::note(fmt::format("fer-serve: pictures are taken whole, as no faces can be found: {}", error.what()));
    return {};
  }
}

int run_server(const cli::Arguments& arguments) {
  return_large_blocks();
  cli::use_threads(arguments);
  serve::ServiceOptions options;
  options.limits = limits_of(arguments);
  options.token = token_of(arguments);
  options.threads = static_cast<size_t>(num_threads());
  options.max_batch = static_cast<size_t>(arguments.integer("batch", 1, 1024));
  options.find_faces = finder_of(arguments);
  make_room_for(options.limits);
  const bool guarded = !options.token.empty();
  const std::string host = arguments.text("host");
  const uint16_t port = port_of(arguments);
  serve::Service service(load(cli::models_or_default("fer-serve", arguments.operands())), std::move(options));
  serve::HttpServer server(service, host, port);
  if (!guarded && host != "127.0.0.1" && host != "localhost" && host != "::1") {
    cli::note("fer-serve: without --token whoever reaches this address may ask");
  }
  fmt::print("fer-serve: http://{}:{}/ (Ctrl-C ends it)\n",
             host.find(':') == std::string::npos ? host : "[" + host + "]", server.port());
  std::fflush(stdout);
  server.run();
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [](const char* value) { return cxxopts::value<std::string>()->default_value(value); };
  options.add_options()("host", "The address to listen at; 0.0.0.0 for all of this machine", text("127.0.0.1"),
                        "ADDRESS");
  options.add_options()("port", "The port; 0 for a free one; default: the environment variable PORT, else 8080",
                        cxxopts::value<std::string>(), "N");
  options.add_options()("detector",
                        "What finds faces: a cascade's or YuNet's file, a cascade's name, dlib, or none for whole "
                        "pictures",
                        text(kDefaultCascade), "DETECTOR");
  options.add_options()("token", "Answer only requests with the header Authorization: Bearer TOKEN",
                        cxxopts::value<std::string>(), "TOKEN");
  options.add_options()("token-file", "The same, from a file; the environment variable FER_TOKEN does too",
                        cxxopts::value<std::string>(), "FILE");
  options.add_options()("max-bytes", "Largest body of a request", text("16777216"), "N");
  options.add_options()("max-pixels", "Largest picture", text("25000000"), "N");
  options.add_options()("max-pictures", "Most pictures in a request", text("64"), "N");
  options.add_options()("max-faces", "Most faces in a picture: the largest are taken", text("64"), "N");
  options.add_options()("max-seconds", "Longest a request may take to arrive, to wait, and its answer to be fetched",
                        text("20"), "S");
  options.add_options()("max-connections", "Most connections; the one that has been idle for longest makes room",
                        text("4096"), "N");
  options.add_options()("batch", "Most faces that are computed at once", text("16"), "N");
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-serve",
          .operands = "[[NAME=]MODEL...]",
          .purpose =
              "Serves a web page and an HTTP interface that say what a model sees in pictures. Several models\nare "
              "offered for choice, the first by default. Without a MODEL, the one that comes with libfer, or that "
              "FER_MODEL names, answers.",
          .declare = declare_options,
          .run = run_server};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
