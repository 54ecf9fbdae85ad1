// SPDX-License-Identifier: Apache-2.0
// What stands on the cheat sheet, read from the menus.
#include "ui/cheat_sheet.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>

namespace portrait {
namespace {

QString without_marks(QString text) {
  return text.section('\t', 0, 0).remove('&').remove(QChar(0x2026));
}

// "Ctrl+Shift+." in its keys; a plus at the end is one of them.
QStringList keys_of(const QString& sequence) {
  QStringList keys = sequence.split('+', Qt::SkipEmptyParts);
  if (sequence.endsWith("++") || sequence == "+") keys << "+";
  return keys;
}

CheatSheet::Row row_of(const QAction& action) {
  CheatSheet::Row row;
  const QString name = action.property(CheatSheet::kText).toString();
  row.text = name.isEmpty() ? without_marks(action.text()) : name;
  for (const QKeySequence& sequence : action.shortcuts().mid(0, 1)) {
    row.keys << keys_of(sequence.toString(QKeySequence::NativeText));
  }
  const QString more = action.property(CheatSheet::kMoreKeys).toString();
  if (!more.isEmpty()) row.keys << keys_of(more);
  return row;
}

}  // namespace

QList<CheatSheet::Section> CheatSheet::sections_of(const QMenuBar& menus) {
  QList<Section> sections;
  for (const QAction* entry : menus.actions()) {
    if (entry->menu() == nullptr) continue;
    sections << Section{without_marks(entry->text()), {}};
    for (const QAction* action : entry->menu()->actions()) {
      if (action->isSeparator() && !action->text().isEmpty()) {
        sections << Section{action->text(), {}};
      }
      const Row row = row_of(*action);
      if (!row.keys.isEmpty()) sections.back().rows << row;
    }
  }
  sections << Section{tr("Mouse"),
                      {{{{tr("Drag")}}, tr("Turn the head")},
                       {{{tr("Shift"), tr("Drag")}}, tr("Move it")},
                       {{{tr("Wheel")}}, tr("Nearer, farther")},
                       {{{tr("Double click")}}, tr("Back to the front")}}};
  sections.removeIf([](const Section& section) { return section.rows.isEmpty(); });
  return sections;
}

}  // namespace portrait
