#pragma once
// One layer of a circuit as the text of a Verilog module.
#include <map>
#include <set>
#include <string>

#include "deploy/verilog/circuit.hpp"
#include "deploy/verilog/pipeline.hpp"
#include "deploy/verilog/text.hpp"

namespace trigloop::deploy {

/// Tables that modules share: each content is a module of its own.
class TableModules {
 public:
  explicit TableModules(std::string prefix) : prefix_(std::move(prefix)) {}
  /// The module with this content.
  std::string name_of(const Table& table, int inputs, int outputs);
  const std::string& text() const noexcept { return text_; }

 private:
  std::string prefix_, text_;
  std::map<std::pair<int, std::vector<Code>>, std::string> names_;
};

class ModuleWriter {
 public:
  ModuleWriter(const Circuit& circuit, const Schedule& schedule, std::size_t layer, TableModules& tables);

  /// Signals of other layers that it reads; its own that others read.
  const std::set<SignalId>& inputs() const noexcept { return inputs_; }
  const std::set<SignalId>& outputs() const noexcept { return outputs_; }
  bool has_logic() const noexcept { return has_logic_; }
  bool has_registers() const noexcept { return !delays_.empty(); }
  std::string module_name() const;
  std::string write();

 private:
  void write_ports();
  void write_registers();
  void write_signal(SignalId id);
  std::string expression(SignalId id);
  std::string sum_text(SignalId id, const SumOf& op);
  std::string two_terms(SignalId id, const Term& low, const Term& high);
  std::string clamp_text(SignalId id, const Clamp& op);
  std::string outside_text(const Word& word, const Range& range) const;
  /// A signal as it is read by a signal of stage `stage`: itself, or its last register.
  Word word(SignalId id, int stage) const;

  const Circuit& circuit_;
  const Schedule& schedule_;
  std::size_t layer_;
  TableModules& tables_;
  std::set<SignalId> inputs_, outputs_;
  std::map<SignalId, int> delays_;  ///< registers behind a signal
  bool has_logic_ = false;
  std::string text_;
};

}  // namespace trigloop::deploy
