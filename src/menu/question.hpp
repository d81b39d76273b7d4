#pragma once
// The exact question: has this event the objects that a combination asks for? Answers about legs and combinations are
// remembered within an event, since many seeds share them.
#include <array>
#include <cstdint>
#include <vector>

#include "menu/columns.hpp"
#include "menu/leg_tests.hpp"

namespace trigloop::menu {

class Questioner {
 public:
  /// `columns` must outlive this, and take each window before its entries are asked about.
  Questioner(const Menu& menu, const std::array<ObjectColumns, kinds>& columns);

  void start(std::size_t entry);
  bool fires(std::uint32_t combination);

 private:
  // A combination, and a correlation, as they are asked: without memory of their own elsewhere, which would be cold.
  struct Plan {
    std::array<std::uint32_t, max_legs> legs{};     ///< numbers of distinct legs
    std::array<Kind, max_legs> kinds{};             ///< of the legs
    std::uint32_t size = 0;                         ///< legs
    std::array<std::uint32_t, max_legs + 1> due{};  ///< at leg i: checks [due[i], due[i + 1]), whose last leg it is
    std::uint32_t weaker = 0;                       ///< a combination that fires whenever this one does; or itself
    bool symmetric = false;                         ///< any order of the same objects gives the same answer
  };
  struct Check {
    Window<std::int64_t> d_eta, d_phi, d_r2, mass2;
    std::array<std::uint8_t, max_legs> legs{};
    std::uint32_t size = 0;
    Charges charges = Charges::any;
  };
  struct Search;

  const Objects& objects(Kind kind);
  std::uint32_t candidates(std::uint32_t leg);
  void add(const Combination& combination, std::vector<Leg>& legs);
  bool search(const Plan& plan);
  bool choose(Search& state, std::size_t leg);
  void place(Kind kind, std::uint32_t wanted);
  bool related(const Search& state, const Check& one) const;

  const std::array<ObjectColumns, kinds>& columns_;
  std::vector<LegTests> tests_;  ///< of each distinct leg
  std::vector<Plan> plans_;
  std::vector<Check> checks_;

  std::size_t entry_ = 0;
  std::uint64_t event_ = 0;  ///< what was made for an earlier one is out of date
  std::array<std::uint64_t, kinds> decoded_{}, placed_{};
  std::array<std::uint32_t, kinds> placed_objects_{};  ///< bit i: object i has its point
  std::array<Objects, kinds> objects_;
  std::vector<std::uint64_t> leg_event_, answer_event_;
  std::vector<std::uint32_t> leg_candidates_;  ///< bit i: object i of the kind passes
  std::vector<std::uint8_t> answer_;
};

}  // namespace trigloop::menu
