#pragma once
// Gates: what has to hold before anybody is asked. Each gate says what it measured and what it demands; one that was
// not made says so, and is never counted as passed in silence.
#include <string>
#include <vector>

#include "loop/measure.hpp"
#include "loop/step.hpp"

namespace trigloop::loop {

enum class Verdict : std::uint8_t { passed, closed, absent };  ///< absent: it was not made, for the reason told
std::string_view name_of(Verdict verdict) noexcept;

struct Gate {
  std::string name;
  Verdict verdict = Verdict::closed;
  std::string text;  ///< what was measured, and what is demanded
};

/// All gates of a candidate whose commands have run, in a fixed order.
std::vector<Gate> judge(const Context& context, const std::vector<MeasuredPoint>& points,
                        const std::vector<Scored>& shadow);

/// None is closed. One that is absent and required is closed.
bool all_passed(const std::vector<Gate>& gates) noexcept;
/// "rate: ...", or "".
std::string first_closed(const std::vector<Gate>& gates);
std::string to_json(const std::vector<Gate>& gates);

/// A signal set's efficiency at one working point, of two models on the same events.
struct Efficiency {
  std::string signal, point;
  double before = 0, after = 0, before_error = 0, after_error = 0;  ///< before: NaN without a deployed model
};
/// From the two evaluations of the round's folder.
std::vector<Efficiency> efficiencies(const Context& context);

}  // namespace trigloop::loop
