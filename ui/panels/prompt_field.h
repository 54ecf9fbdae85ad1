// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <string>

class QLineEdit;

namespace portrait {

class Settings;

// What is to be painted, in words, and what it is to keep away from: for model packs that read
// texts.
class PromptField : public QWidget {
  Q_OBJECT

 public:
  explicit PromptField(QWidget* parent = nullptr);
  void show_settings(const Settings& settings);

  QLineEdit* prompt() { return prompt_; }
  QLineEdit* negative() { return negative_; }

 Q_SIGNALS:
  void edited(const std::string& key, const std::string& text);

 private:
  QLineEdit* add_row(const char* key, const QString& placeholder);

  QLineEdit* prompt_;
  QLineEdit* negative_;
};

}  // namespace portrait
