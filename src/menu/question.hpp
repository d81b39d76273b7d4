#pragma once
// The exact question: has this event the objects that a combination asks for? Answers about legs and combinations are
// remembered within an event, since many seeds share them.
#include <array>
#include <cstdint>
#include <optional>
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
  struct Plan {
    std::vector<std::uint32_t> legs;              ///< numbers of distinct legs
    std::vector<std::vector<std::uint32_t>> due;  ///< at leg i: the correlations whose last leg it is
    std::optional<std::uint32_t> weaker;          ///< a combination that fires whenever this one does
    bool symmetric = false;                       ///< any order of the same objects gives the same answer
  };
  struct Search;

  const Objects& objects(Kind kind);
  std::uint32_t candidates(std::uint32_t leg);
  bool search(const Combination& combination, const Plan& plan);
  bool choose(Search& state, std::size_t leg);
  void place(Kind kind, std::uint32_t wanted);
  bool related(const Search& state, const Correlation& one) const;

  const Menu& menu_;
  const std::array<ObjectColumns, kinds>& columns_;
  std::vector<LegTests> tests_;  ///< of each distinct leg
  std::vector<Plan> plans_;

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
