#pragma once
// The configuration of a run: a user's YAML over the master configuration.
//
//     const Config config = Config::load("my.yml");
//     const double beta = config.number("model.train_mode.Contrastive_VAE.beta");
//
// Every path that is asked for stands in the schema (config/schema.hpp); asking for another, or by the wrong type, is a
// fault of the program. Values are checked when they are merged, so access cannot fail on what a user wrote.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.hpp"
#include "core/error.hpp"

namespace trigloop::config {

/// The master configuration as YAML.
std::string_view master_text();

/// A key whose value differs. A side that has no such key is null.
struct Difference {
  std::string path;
  Value master, mine;
};

class Config {
 public:
  /// The master configuration as it is.
  static const Config& master();
  /// A user's file over the master. Errors: not_found; usage, for what does not fit (file, line, path, remedy); limit.
  static Config load(const std::filesystem::path& path);
  /// The same of text: YAML, or JSON such as the attribute `config` of the package's files holds. `data_config` alone
  /// (of Data.h5) is taken, too, and so are the places where older packages kept keys. `name` stands in messages.
  static Config parse(std::string_view text, const std::string& name);
  /// All that is wrong with `text`, in its order; empty if it can be parsed.
  static std::vector<core::Error> problems(std::string_view text, const std::string& name);

  bool flag(std::string_view path) const;
  std::int64_t integer(std::string_view path) const;
  double number(std::string_view path) const;
  /// Texts, choices and paths; "" for null.
  const std::string& text(std::string_view path) const;
  std::vector<bool> flags(std::string_view path) const;
  std::vector<std::int64_t> integers(std::string_view path) const;
  std::vector<double> numbers(std::string_view path) const;
  /// Whether there is a value, and not null.
  bool has(std::string_view path) const;
  /// The value or section at `path`; "" is the root. A fault of the program if there is none.
  const Value& at(std::string_view path) const;

  /// Sets one key from YAML text ("0.5", "[1, 2]"), checked as in a file. Error: usage.
  void set(std::string_view path, std::string_view yaml);
  /// The same of "KEY=VALUE", as a command line gives it.
  void set_text(std::string_view assignment);

  /// What differs from the master, in the order of the keys.
  std::vector<Difference> differences() const;
  /// Keys that the training package knows, alone: what it would accept.
  Value package_part() const;

  const Value& root() const noexcept { return root_; }
  const std::string& name() const noexcept { return name_; }
  /// A usage error at a key, with the file and, if the user wrote it, the line.
  core::Error error(std::string_view path, std::string reason) const;

 private:
  Config(Value root, std::string name) : root_(std::move(root)), name_(std::move(name)) {}
  const Value* find(std::string_view path) const;

  Value root_;
  std::string name_;
};

}  // namespace trigloop::config
