// Distributions as Optuna stores them.
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "tune/search/distribution.hpp"

namespace trigloop::tune {
namespace {

using config::Value;
using core::Error;
using core::ErrorCode;
using nlohmann::json;

/// In the order of the members of Optuna's classes, so that our texts equal its own.
Value attributes(const FloatDistribution& d) {
  Value all;
  all.child("step") = d.step ? Value::of(*d.step) : Value{};
  all.child("low") = Value::of(d.low);
  all.child("high") = Value::of(d.high);
  all.child("log") = Value::of(d.log);
  return all;
}

Value attributes(const IntDistribution& d) {
  Value all;
  all.child("log") = Value::of(d.log);
  all.child("step") = Value::of(d.step);
  all.child("low") = Value::of(d.low);
  all.child("high") = Value::of(d.high);
  return all;
}

Value attributes(const CategoricalDistribution& d) {
  Value all, &choices = all.child("choices");
  choices.kind = Value::Kind::list;
  choices.items = d.choices;
  return all;
}

constexpr const char* names[] = {"FloatDistribution", "IntDistribution", "CategoricalDistribution"};

Value value_of(const json& j) {
  if (j.is_null()) return {};
  if (j.is_boolean()) return Value::of(j.get<bool>());
  if (j.is_number_integer()) return Value::of(j.get<std::int64_t>());
  if (j.is_number()) return Value::of(j.get<double>());
  if (j.is_string()) return Value::of(j.get<std::string>());
  throw Error(ErrorCode::unsupported, "has a choice that is neither number, text, boolean nor null");
}

CategoricalDistribution categorical(const json& a) {
  CategoricalDistribution d;
  for (const json& choice : a.at("choices")) d.choices.push_back(value_of(choice));
  return d;
}

/// `q` is the step in distributions before Optuna 3.
FloatDistribution floating(const json& a, bool log) {
  FloatDistribution d{a.at("low"), a.at("high"), {}, a.value("log", log)};
  const json step = a.contains("q") ? a["q"] : a.value("step", json());
  if (!step.is_null()) d.step = step.get<double>();
  return d;
}

IntDistribution whole(const json& a, bool log) {
  IntDistribution d{a.at("low"), a.at("high"), 1, a.value("log", log)};
  if (const json step = a.value("step", json()); !step.is_null()) d.step = step.get<std::int64_t>();
  return d;
}

Distribution parse(const json& j) {
  const bool is_short = !j.contains("name");
  const std::string name = is_short ? j.at("type") : j.at("name");
  const json& a = is_short ? j : j.at("attributes");
  if (name == "CategoricalDistribution" || name == "categorical") return categorical(a);
  if (name == "FloatDistribution" || name == "float" || name == "UniformDistribution" ||
      name == "LogUniformDistribution" || name == "DiscreteUniformDistribution")
    return floating(a, name.starts_with("Log"));
  if (name == "IntDistribution" || name == "int" || name == "IntUniformDistribution" ||
      name == "IntLogUniformDistribution")
    return whole(a, name.starts_with("IntLog"));
  throw Error(ErrorCode::unsupported, "is a distribution of the unknown kind '" + core::escaped(name) + "'");
}

}  // namespace

std::string to_json(const Distribution& distribution) {
  Value all;
  all.child("name") = Value::of(std::string(names[distribution.index()]));
  all.child("attributes") = std::visit([](const auto& d) { return attributes(d); }, distribution);
  return config::to_json(all);
}

Distribution distribution_from_json(std::string_view text) {
  try {
    return checked(parse(json::parse(text)));
  } catch (const json::exception&) {
    throw Error(ErrorCode::damaged, "is not a distribution: '" + core::escaped(text.substr(0, 100)) + "'");
  } catch (const Error& e) {
    throw Error(e.code() == ErrorCode::usage ? ErrorCode::damaged : e.code(), "is a distribution that " + e.reason());
  }
}

}  // namespace trigloop::tune
