// trigloop approve, reject, revoke, rollback: what people say of a candidate, signed. trigloop key: keys of our own.
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "loop/decision.hpp"
#include "loop/evidence.hpp"
#include "loop/loop.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

struct Options {
  std::string which, config, role, key, statement, signature, write_statement, point;
  std::int64_t threshold = 0, prescale = 0;
  bool json = false, stay = false;
};

/// A round by its id, or by its candidate: an id of the registry or its beginning, NAME:VERSION...
loop::Round round_of(registry::Registry& registry, const std::string& word) {
  const loop::Journal journal(registry);
  if (auto round = journal.find(word)) return *round;
  const std::string id = registry.resolve(word);
  std::vector<loop::Round> rounds = journal.rounds();
  for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
    if (round->fact_or("candidate", "") == id) return *round;
  }
  throw Error(ErrorCode::not_found, "no round has '" + core::escaped(word) + "' as its candidate");
}

void print(const Options& options, const loop::Site& site, registry::Registry& registry, const loop::Signed& decision) {
  const auto round = loop::Journal(registry).find(decision.statement.round);
  const loop::Tally tally = loop::tally_of(site, registry, *round, loop::log_time(registry));
  if (options.json) {
    core::JsonWriter json;
    json.begin_object().member("entry", decision.number).member("person", decision.person);
    json.member("decision", loop::name_of(decision.statement.verb)).member("complete", tally.complete());
    std::cout << json.end_object().text() << '\n';
    return;
  }
  std::cout << decision.person << " (" << decision.statement.role << "): " << loop::name_of(decision.statement.verb)
            << " of round " << round->id << ", entry " << decision.number << " of the audit log\n";
  for (const loop::Tally::Of& of : tally.roles)
    std::cout << "  " << of.role << ": " << of.people.size() << " of " << of.needed << '\n';
  for (const std::string& refused : tally.refused) std::cout << "  does not count: " << refused << '\n';
}

/// The committee changes a working point: measured anew, and signed anew by all.
void amend(const Options& options, const loop::Site& site, registry::Registry& registry, const loop::Round& round) {
  if (round.state != loop::State::validated)
    throw Error(ErrorCode::usage, "working points are changed while people decide, not of a round that is '" +
                                      std::string(loop::name_of(round.state)) + "'");
  const loop::StreamView stream(site, loop::Journal(registry).rounds());
  const loop::Context context{site, registry, stream, round};
  loop::Facts facts = loop::amended(context, options.point, options.threshold, options.prescale);
  const loop::Round now = loop::Journal(registry).move(round, loop::State::validated, std::move(facts));
  for (const loop::MeasuredPoint& p : loop::points_of_json(now.fact("points"))) std::cout << loop::text_of(p) << '\n';
  std::cout << "evidence " << now.fact("evidence").substr(0, 12) << " is new: earlier signatures do not count\n";
}

void decide(const Options& options, loop::Verb verb) {
  const loop::Site site = loop::load_site(options.config);
  registry::Registry registry(site.registry, registry::Access::write);
  if (!options.signature.empty()) {
    const loop::Signed taken =
        loop::take_decision(site, registry, core::read_text(options.statement, 1u << 20),
                            core::read_text(options.signature, 1u << 20), loop::log_time(registry));
    if (taken.statement.verb != verb)
      std::cerr << "trigloop: the statement said '" << loop::name_of(taken.statement.verb) << "'\n";
    return print(options, site, registry, taken);
  }
  const loop::Round round = round_of(registry, options.which);
  if (!options.point.empty()) return amend(options, site, registry, round);
  loop::Statement statement = loop::statement_of(site, registry, round, verb, options.role, loop::log_time(registry));
  statement.automatic_return = statement.automatic_return && !options.stay;
  const std::string text = loop::text_of(statement);
  if (!options.write_statement.empty()) {
    core::write_file(options.write_statement, text);
    std::cout << options.write_statement << ": read it; then\n  ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n "
              << loop::name_space << ' ' << options.write_statement << "\n  trigloop " << loop::name_of(verb) << ' '
              << options.which << " --config " << options.config << " --role " << options.role << " --statement "
              << options.write_statement << " --signature " << options.write_statement << ".sig\n";
    return;
  }
  if (options.key.empty())
    throw Error(ErrorCode::usage, "nobody signs")
        .remedy("Give --key, or --write-statement and sign with ssh-keygen -Y");
  const std::string signature = registry::PrivateKey::load(options.key).sign(loop::name_space, text);
  print(options, site, registry, loop::take_decision(site, registry, text, signature, loop::log_time(registry)));
}

void add(CLI::App& program, loop::Verb verb, const char* help) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(std::string(loop::name_of(verb)), help);
  command->add_option("CANDIDATE", options->which, "A round of `trigloop loop status`, or its candidate")->required();
  command->add_option("-c,--config", options->config, "The site's configuration, with its people")->required();
  command->add_option("--role", options->role, "In which role");
  command->add_option("--key", options->key, "Private key to sign with (PEM, mode 0600; `trigloop key new`)");
  command->add_option("--write-statement", options->write_statement,
                      "Write what is to be signed, for ssh-keygen -Y sign");
  auto* statement = command->add_option("--statement", options->statement, "What was signed");
  command->add_option("--signature", options->signature, "Its signature")->needs(statement);
  command->add_flag("--json", options->json, "Print as JSON");
  std::string footer = "Examples:\n  trigloop " + std::string(loop::name_of(verb)) +
                       " 396102.241-5f0c9a31 --config site.yml --role team --key mine.pem\n  trigloop " +
                       std::string(loop::name_of(verb)) +
                       " axol1tl:7 --config site.yml --role committee --write-statement s.json";
  if (verb == loop::Verb::approve) {
    command->add_flag("--no-automatic-return", options->stay, "The loop may not go back to the model before by itself");
    auto* point = command->add_option("--change", options->point, "Change this working point; all sign anew");
    command->add_option("--threshold", options->threshold, "Its threshold")->needs(point)->check(CLI::PositiveNumber);
    command->add_option("--prescale", options->prescale, "Its prescale")->needs(point)->check(CLI::PositiveNumber);
    footer += "\n  trigloop approve axol1tl:7 --config site.yml --change nominal --threshold 2850";
  }
  command->footer(footer);
  command->callback([options, verb] { decide(*options, verb); });
}

void add_key(CLI::App& program) {
  const auto path = std::make_shared<std::string>();
  CLI::App* group = program.add_subcommand("key", "Keys to sign with");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  trigloop key new mine.pem\n  trigloop key show mine.pem      # the line for the site's "
      "configuration");
  for (const bool make : {true, false}) {
    CLI::App* command = make ? group->add_subcommand("new", "Make an Ed25519 key; the file is its owner's alone")
                             : group->add_subcommand("show", "Print the public key");
    command->add_option("FILE", *path, "The private key, PEM")->required();
    command->footer(make ? "Examples:\n  trigloop key new mine.pem" : "Examples:\n  trigloop key show mine.pem");
    command->callback([path, make] {
      if (make) registry::PrivateKey::make().save(*path);
      std::cout << registry::to_line(registry::PrivateKey::load(*path).public_key()) << '\n';
    });
  }
}

}  // namespace

void add_decide(CLI::App& program) {
  add(program, loop::Verb::approve, "Sign that a candidate may be deployed");
  add(program, loop::Verb::reject, "Sign that it may not");
  add(program, loop::Verb::revoke, "Take back one's own approval before the switch");
  add(program, loop::Verb::rollback, "Sign that the model before comes back");
  add_key(program);
}

}  // namespace trigloop::app
