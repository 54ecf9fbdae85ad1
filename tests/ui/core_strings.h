// SPDX-License-Identifier: Apache-2.0
// The texts of core/ that the window shows, as a source that lupdate reads.
#pragma once

#include "core/base/settings.h"
#include "core/photo/finding_texts.h"
#include "core/session/session_state.h"

#include <set>
#include <string>
#include <vector>

namespace portrait {

// What stands in no table: names of stages, what the worker says that it does, parts of an export,
// names of losses.
inline std::vector<std::string> spoken_texts() {
  std::vector<std::string> texts = {"First head",
                                    "Photo fit",
                                    "Geometry",
                                    "Detail",
                                    "Reading the photo",
                                    "Opening the project",
                                    "Making the first head anew",
                                    "Mesh",
                                    "Turntable",
                                    "Contact sheet",
                                    "Formation"};
  for (int state = 0; state <= int(SessionState::kFailed); ++state) {
    texts.push_back(session_state_label(SessionState(state)));
  }
  return texts;
}

inline std::string core_strings_source() {
  std::string source =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// Written by tests/ui/translations_test.cpp: PORTRAIT_UPDATE_DOCS=1\n"
      "// build/release/tests/test_ui_translations. Read by lupdate alone.\n"
      "#include <QtGlobal>\n\n"
      "static const char* const core_strings[] = {\n";
  std::set<std::string> written;
  const auto add = [&](const std::string& text) {
    if (text.empty() || !written.insert(text).second) return;
    std::string quoted;
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    source += "    QT_TRANSLATE_NOOP(\"core\", \"" + quoted + "\"),\n";
  };
  for (const SettingRow& row : settings_table()) {
    for (const std::string* text : {&row.group, &row.label, &row.unit, &row.help}) add(*text);
  }
  for (const SettingsPreset& preset : settings_presets()) add(preset.name), add(preset.help);
  for (const char* text : finding_texts()) add(text);
  for (const std::string& text : spoken_texts()) add(text);
  return source + "};\n";
}

}  // namespace portrait
