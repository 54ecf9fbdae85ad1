// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/prompt_field.h"

#include "core/base/settings.h"
#include "ui/translated.h"

#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace portrait {
namespace {

constexpr const char* kPrompt = "diffusion.prompt";
constexpr const char* kNegative = "diffusion.negative_prompt";

// What is being typed stays.
void show_text(QLineEdit* edit, const std::string& text) {
  const QString shown = QString::fromStdString(text);
  if (edit->hasFocus() && edit->isModified()) return;
  if (edit->text() == shown) return;
  edit->setText(shown);
  edit->setCursorPosition(0);
}

}  // namespace

PromptField::PromptField(QWidget* parent) : QWidget(parent) {
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(0, 4, 0, 4);
  rows->setSpacing(4);
  prompt_ = add_row(kPrompt, tr("What is to be painted"));
  negative_ = add_row(kNegative, tr("Nothing in particular"));
}

QLineEdit* PromptField::add_row(const char* key, const QString& placeholder) {
  const SettingRow& row = setting_row(key);
  auto* label = new QLabel(translated(row.label));
  label->setObjectName("dim");
  auto* edit = new QLineEdit;
  edit->setPlaceholderText(placeholder);
  edit->setAccessibleName(translated(row.label));
  edit->setMaxLength(static_cast<int>(std::get<TextDomain>(row.domain).most));
  for (QWidget* widget : {static_cast<QWidget*>(label), static_cast<QWidget*>(edit)}) {
    widget->setToolTip(translated(row.help));
    layout()->addWidget(widget);
  }
  label->setBuddy(edit);
  connect(edit, &QLineEdit::editingFinished, this, [this, edit, key] {
    edit->setModified(false);
    Q_EMIT edited(key, edit->text().toStdString());
  });
  return edit;
}

void PromptField::show_settings(const Settings& settings) {
  show_text(prompt_, settings.get<std::string>(kPrompt));
  show_text(negative_, settings.get<std::string>(kNegative));
}

}  // namespace portrait
