#include "child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <stdexcept>

namespace {

std::string seconds(double ms) {
  std::string text = std::to_string(ms / 1000);
  return text.substr(0, text.find('.') + 2) + " s";
}

}  // namespace

Answer Child::start(double timeoutMs) {
  int in[2], out[2];
  if (pipe(in) != 0 || pipe(out) != 0) throw std::runtime_error("there are no pipes left");
  // This process never calls CUDA, so its copy may.
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("a process could not be started");
  if (pid_ == 0) {
    // The parent decides what an interrupt means.
    signal(SIGINT, SIG_IGN);
    close(in[1]);
    close(out[0]);
    serve(in[0], out[1], device_, repetition_);
    _exit(0);
  }
  close(in[0]);
  close(out[1]);
  requests_ = in[1];
  answers_ = out[0];
  read_.clear();
  return receive(timeoutMs, [] { return false; });
}

Answer Child::measure(int round, const std::string& line, double timeoutMs, const std::function<bool()>& stopped) {
  const std::string request = std::to_string(round) + " " + line + "\n";
  if (write(requests_, request.data(), request.size()) != static_cast<ssize_t>(request.size())) return gone("the process that measures does not listen");
  return receive(timeoutMs, stopped);
}

Answer Child::receive(double timeoutMs, const std::function<bool()>& stopped) {
  const auto begun = std::chrono::steady_clock::now();
  while (read_.find('\n') == std::string::npos) {
    const double left = timeoutMs - std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
    if (left <= 0 || stopped()) {
      end();
      return {Answer::Kind::gone, left <= 0 ? "did not end within " + seconds(timeoutMs) : "was stopped"};
    }
    pollfd wait{answers_, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(left < 200 ? left + 1 : 200)) <= 0) continue;
    char buffer[65536];
    const ssize_t count = read(answers_, buffer, sizeof(buffer));
    if (count <= 0) return gone("the process that measures ended");
    read_.append(buffer, static_cast<size_t>(count));
  }
  const auto end = read_.find('\n');
  const std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  const std::string text = line.size() > 2 ? line.substr(2) : "";
  switch (line.empty() ? ' ' : line[0]) {
    case 'H': return {Answer::Kind::header, text};
    case 'E': return {Answer::Kind::unavailable, text};
    case 'S': return {Answer::Kind::sample, text};
    case 'F': return {Answer::Kind::failed, text};
    default: return gone(text);
  }
}

// Why it ended, if its end says more than we know.
Answer Child::gone(const std::string& otherwise) {
  std::string text = otherwise;
  int status = 0;
  if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
    pid_ = -1;
    if (WIFSIGNALED(status)) text = std::string("the process that measures was ended by ") + strsignal(WTERMSIG(status));
  }
  end();
  return {Answer::Kind::gone, text};
}

void Child::end() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (requests_ >= 0) close(requests_);
  if (answers_ >= 0) close(answers_);
  pid_ = requests_ = answers_ = -1;
}
