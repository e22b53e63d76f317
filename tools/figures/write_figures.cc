#include "tools/figures/write_figures.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "fer/error.h"
#include "fer/file.h"
#include "tools/cli/cli.h"

namespace fer::cli {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(fmt::format("rsvg-convert: {}: {}", what, std::generic_category().message(errno)));
}

// Bytes in memory that another program can read or write as a file.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : file_(memfd_create(name, MFD_CLOEXEC)) {
    if (file_ < 0) fail("no memory for its files");
  }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int descriptor() const { return file_; }

  void write_all(const std::string& bytes) const {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t count = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno != EINTR) fail("no memory for its files");
      if (count > 0) done += static_cast<size_t>(count);
    }
    lseek(file_, 0, SEEK_SET);
  }

  std::string read_all() const {
    std::string bytes(static_cast<size_t>(std::max<off_t>(lseek(file_, 0, SEEK_END), 0)), '\0');
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t count = pread(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("its answer cannot be read");
      done += static_cast<size_t>(count);
    }
    return bytes;
  }

 private:
  int file_;
};

// Starts rsvg-convert; its process, or nothing where there is no such program.
std::optional<pid_t> start(const MemoryFile& svg, const MemoryFile& png) {
  const std::vector<std::string> words = {"rsvg-convert", "--format", "png", "--zoom", "2.5"};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, svg.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, png.descriptor(), STDOUT_FILENO);
  pid_t process = 0;
  const int failure = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure == 0) return process;
  if (failure == ENOENT || failure == EACCES) return std::nullopt;
  errno = failure;
  fail("cannot be started");
}

int status_of(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) fail("cannot be waited for");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

std::optional<std::string> png_of_svg(const std::string& svg) {
  const MemoryFile input("fer-svg"), output("fer-png");
  input.write_all(svg);
  const std::optional<pid_t> process = start(input, output);
  if (!process) return std::nullopt;
  const int status = status_of(*process);
  if (status == 127) return std::nullopt;  // of a shell or a C library that finds out later
  std::string png = output.read_all();
  if (status != 0 || !png.starts_with("\x89PNG")) {
    throw Error(
        fmt::format("rsvg-convert: expected a PNG picture of a figure, found none (it ended with status {})", status));
  }
  return png;
}

void write_figures(const std::string& program, const std::string& folder, const std::vector<Figure>& figures,
                   const std::vector<std::pair<std::string, std::string>>& more) {
  FolderWriter writer(folder, FolderWriter::Into::kNewOrMore);
  const auto is_given = [&](const std::string& name) {
    return std::ranges::any_of(more, [&](const auto& file) { return file.first == name; });
  };
  bool missing = false;
  for (const Figure& figure : figures) {
    writer.write(figure.name + ".svg", figure.svg);
    writer.write(figure.name + ".csv", figure.csv);
    if (missing || is_given(figure.name + ".png")) continue;
    const std::optional<std::string> png = png_of_svg(figure.svg);
    if (png) writer.write(figure.name + ".png", *png);
    missing = !png;
  }
  for (const auto& [name, bytes] : more) writer.write(name, bytes);
  writer.finish();
  if (missing) {
    note(program +
         ": the figures are SVG and CSV alone: for PNG the program rsvg-convert is needed "
         "(apt-get install librsvg2-bin)");
  }
}

}  // namespace fer::cli
