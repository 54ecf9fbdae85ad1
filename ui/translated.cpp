// SPDX-License-Identifier: Apache-2.0
#include "ui/translated.h"

#include <QCoreApplication>

namespace portrait {

QString translated(const std::string& text) {
  // Qt takes the empty text for the file's own description.
  if (text.empty()) return {};
  return QCoreApplication::translate(kCoreContext, text.c_str());
}

QString translated(const std::string& pattern, const std::vector<std::string>& arguments) {
  QString text = translated(pattern);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    text.replace('%' + QString::number(i + 1), QString::fromStdString(arguments[i]));
  }
  return text;
}

}  // namespace portrait
