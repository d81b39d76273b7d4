// loop_driver SITE: looks until there is nothing to do. loop_driver COMMAND ...: plays that command of the program.
#include <filesystem>
#include <iostream>

#include "core/interrupt.hpp"
#include "loop/loop.hpp"
#include "test/loop/toy.hpp"

int main(int argc, char** argv) {
  using namespace trigloop;
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (!words.front().ends_with(".yml")) return test::play_command(words);
    core::catch_interrupts();
    const loop::Site site = loop::load_site(words.front());
    const loop::WorkLock lock(site.work);
    registry::Registry registry(site.registry, registry::Access::write);
    loop::Loop loop(site, registry, std::filesystem::read_symlink("/proc/self/exe"));
    loop::Look look;
    do {
      look = loop.look();
      std::cout << look.round << ' ' << look.what << ": " << look.why << std::endl;
    } while (look.moved);
    return 0;
  } catch (const core::Error& e) {
    std::cerr << e.what() << '\n';
    return static_cast<int>(e.code());
  }
}
