// CMake passes TRIGLOOP_STUDY_JS.
#include "report/tune/study_page.hpp"

#include "core/embed.hpp"
#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "report/embedded.hpp"
#include "report/page.hpp"

TRIGLOOP_EMBED(study_script, TRIGLOOP_STUDY_JS);

namespace trigloop::report {
namespace {

constexpr std::string_view head = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>study</title>
)html";

// A browser refuses every request of a page with this.
constexpr std::string_view policy = R"html(<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
)html";

constexpr std::string_view body = R"html(<body>
<header><h1 id="title"></h1><dl id="facts"></dl><ul class="warnings" id="warnings" hidden></ul></header>
<main id="figures"></main>
<noscript>The figures of this page are drawn by its script.</noscript>
)html";

/// JSON that may stand in a page: "<" occurs in its texts alone, where "</" may be "<\/", too.
std::string harmless(std::string json) {
  for (std::size_t at = 0; (at = json.find("</", at)) != json.npos; at += 3) json.insert(at + 1, "\\");
  return json;
}

std::string data_of(const StudyPage& page) {
  core::JsonWriter json;
  json.begin_object().member("title", page.title).key("facts").begin_array();
  for (const auto& [name, value] : page.facts) json.begin_array().value(name).value(value).end_array();
  json.end_array().array("metrics", page.metrics).array("warnings", page.warnings).key("importance").begin_array();
  for (const auto& [name, share] : page.importance) json.begin_array().value(name).value(share).end_array();
  return json.end_array().key("study").raw(harmless(page.trials)).end_object().text();
}

std::string html_of(const StudyPage& page, std::string_view rules, std::string_view way_back,
                    const std::string& scripts) {
  std::string html(head);
  html += rules;
  html += "<style>" + std::string(page_style()) + "</style>\n</head>\n" + std::string(body) + std::string(way_back);
  html += "<script type=\"application/json\" id=\"data\">" + data_of(page) + "</script>\n";
  return html + scripts + "</body>\n</html>\n";
}

}  // namespace

std::string_view study_script() { return TRIGLOOP_EMBEDDED(study_script); }

std::string as_html(const StudyPage& page) {
  if (drawing_library().empty())
    throw core::Error(core::ErrorCode::unsupported, "this build has no drawing library in it")
        .remedy("Build where the Python package plotly is installed (./run test)");
  const auto inlined = [](std::string_view script) { return "<script>" + std::string(script) + "</script>\n"; };
  return html_of(page, policy, "", inlined(drawing_library()) + inlined(study_script()));
}

std::string as_served_html(const StudyPage& page) {
  return html_of(page, "", "<p><a href=\"./\">Dashboard</a></p>\n",
                 "<script src=\"plotly.js\"></script>\n<script src=\"study.js\"></script>\n");
}

}  // namespace trigloop::report
