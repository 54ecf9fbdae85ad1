// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/text_conditioning.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace portrait;

class TextConditioningTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void views_have_their_words() {
    const std::vector<std::pair<Viewpoint, const char*>> cases = {
        {{0, 0}, "front view"},      {{45, 30}, "front view"},   {{-45, 0}, "front view"},
        {{46, 0}, "side view"},      {{-90, -30}, "side view"},  {{135, 0}, "side view"},
        {{136, 0}, "back view"},     {{-180, 0}, "back view"},   {{270, 0}, "side view"},
        {{350, 0}, "front view"},    {{-190, 0}, "back view"},   {{180, 59}, "back view"},
        {{180, 60}, "view from above"}};
    for (const auto& [view, words] : cases) QCOMPARE(view_words(view), std::string_view(words));
  }

  void a_prompt_names_its_view_when_it_is_to() {
    const TextPrompt prompt{"a photo of a woman", "blurred", true};
    QCOMPARE(prompt_of_view(prompt, {180, 0}), std::string("a photo of a woman, back view"));
    QCOMPARE(prompt_of_view({"a photo of a woman", "", false}, {180, 0}),
             std::string("a photo of a woman"));
    QCOMPARE(prompt_of_view({"", "", true}, {0, 0}), std::string("front view"));
  }

  void each_view_is_told_its_own_text_and_the_encoder_is_asked_beforehand() {
    std::vector<std::string> asked;
    bool open = true;
    const TextEncoder encode = [&](const std::string& text) {
      [&] { QVERIFY(open); }();
      asked.push_back(text);
      return at::full({1, 2, 3}, double(text.size()));
    };
    const TextConditioning conditioning(encode, {"a man", "ugly", true});
    open = false;
    QCOMPARE(asked.size(), std::size_t{5});
    const Tensor context = conditioning.context({{0, 0}, {180, 0}, {0, 90}, {-90, 0}});
    QVERIFY(context.sizes() == at::IntArrayRef({4, 2, 3}));
    const std::vector<std::string> texts = {"a man, front view", "a man, back view",
                                            "a man, view from above", "a man, side view"};
    for (int i = 0; i < 4; ++i) {
      QVERIFY(at::equal(context[i], at::full({2, 3}, double(texts[std::size_t(i)].size()))));
    }
    const Tensor without = conditioning.without({{0, 0}, {90, 0}});
    QVERIFY(at::equal(without, at::full({2, 2, 3}, 4.0)));
  }

  void views_that_are_not_named_share_one_text() {
    int asked = 0;
    const TextEncoder encode = [&](const std::string&) {
      ++asked;
      return at::zeros({1, 2, 3});
    };
    const TextConditioning conditioning(encode, {"a man", "", false});
    QCOMPARE(asked, 2);
    QVERIFY(conditioning.context({{0, 0}, {180, 0}}).sizes() == at::IntArrayRef({2, 2, 3}));
  }
};

QTEST_GUILESS_MAIN(TextConditioningTest)
#include "text_conditioning_test.moc"
