"""The commands, run as a user runs them."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from ferlab import ablation, comparison, leakage, load_faces, load_predictor, parts, rebuild
from ferlab.__main__ import SHIPPED, TRAINABLE, main
from ferlab.emotions import FERPLUS
from ferlab.evaluation import evaluate
from ferlab.losses import LAB_ALPHA
from ferlab.models import zoo
from ferlab.models.own import two_headed
from ferlab.models.squeezenet import squeezenet
from ferlab.preprocessing import RandomAffine, class_weights
from ferlab.recipes import RECIPES


def ferlab(*arguments, cwd):
    # ImageNet's weights can't be had, wherever the test runs; and faces made up for it stay out of the user's cache.
    own = {"KERAS_HOME": cwd / "keras", "https_proxy": "http://127.0.0.1:9"}
    if not {"drawn", "--drawn"} & set(arguments):
        own["FERLAB_CACHE"] = cwd / "cache"
    return subprocess.run(
        [sys.executable, "-m", "ferlab", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **{name: str(value) for name, value in own.items()}},
    )


def write_csv(path, n, seed=0):
    """Training rows whose label shows in the brightness, then as many PublicTest rows; row 0 is in both."""
    rng = np.random.default_rng(seed)
    lines = ["emotion,pixels,Usage"]
    images = [(rng.integers(0, 30, (48, 48)) + 30 * (i % 7)).ravel().tolist() for i in range(n)]
    for usage in ("Training", "PublicTest"):
        noise = rng.integers(0, 30, (n, 48 * 48))
        for i, image in enumerate(images):
            shown = image if i == 0 or usage == "Training" else (noise[i] + 30 * (i % 7)).tolist()
            lines.append(f"{i % 7},{' '.join(map(str, shown))},{usage}")
    path.write_text("\n".join(lines) + "\n")


def write_votes(path, n):
    votes = ["Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"]
    for usage in ("Training", "PublicTest"):
        votes += [f"{usage},,{','.join('9' if k == i % 8 else '0' for k in range(10))}" for i in range(n)]
    path.write_text("\n".join(votes) + "\n")


def first_weights(model):
    """The sum of what was drawn for a model's first layer: two that began from one seed have the same."""
    return float(model.get_weights()[0].sum())


def names_the_first_of(k):
    """In place of `as_predictor`: whatever the model and the face, it is the first of k labels."""
    return lambda model: lambda images: np.eye(k)[np.zeros(len(images), int)]


def settings_of(folder):
    """What the training with its state in this folder was told, dict."""
    with np.load(folder / "state.npz") as state:
        return json.loads(str(state["about"]))["settings"]


def test_data_counts_what_is_there(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 14)
    done = ferlab("data", "--source", tmp_path / "fer2013.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Training     14: angry 2, disgust 2" in done.stdout
    assert "FER-2013 has 28709 in Training; is the file cut short" in done.stdout
    assert "PrivateTest" not in done.stdout  # many have none
    assert "2 in 1 groups of duplicates; 1 groups lie across splits" in done.stdout


def test_train_then_evaluate_what_was_saved(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 70)
    arguments = ["train", "squeezenet", "--source", tmp_path / "fer2013.csv", "--out", tmp_path / "net"]
    done = ferlab(*arguments, "--epochs", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 training images show a photo that another split has too" in done.stdout
    card = json.loads((tmp_path / "net.json").read_text())
    assert card["epochs"] == 1
    assert card["parameters"] == 1_237_671
    assert card["trained_on"].startswith("69 ")
    assert card["targets"] == "label, smoothed by 10%"
    assert not (tmp_path / "net-plus.keras").exists()  # nobody voted
    done = ferlab("evaluate", tmp_path / "net.tflite", "--source", tmp_path / "fer2013.csv",
                  "--json", tmp_path / "figures.json", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["n"] == 70
    assert figures["accuracy"] == pytest.approx(card["accuracy"], abs=0.05)


def test_a_seed_draws_the_same_first_weights_again(tmp_path, monkeypatch):
    told = []

    def noted(model, training, judged, **settings):
        told.append((first_weights(model), settings["seed"]))
        return {"loss": [1.0], "seconds": [1.0]}

    monkeypatch.setattr(rebuild, "fit", noted)
    monkeypatch.setattr(rebuild, "save", lambda *_: None)
    for seed in (0, 0, 1):
        main(["train", "squeezenet", "--drawn", "7", "--out", str(tmp_path / "x"), "--seed", str(seed)])
    (first, _), (again, _), (another, _) = told
    assert first == again != another
    assert [seed for _, seed in told] == [0, 0, 1]


def test_train_with_votes_saves_a_network_for_them_too(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 35)
    write_votes(tmp_path / "fer2013new.csv", 35)
    arguments = ["train", "squeezenet", "--source", tmp_path, "--out", tmp_path / "squeezenet", "--epochs", 1]
    done = ferlab(*arguments, "--results", tmp_path / "results", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    card, plus = (
        json.loads((tmp_path / "results" / f"squeezenet{e}.json").read_text()) for e in ("", "-plus")
    )
    assert (len(card["classes"]), len(plus["classes"])) == (7, 8)
    assert plus["evaluated_on"].startswith("35 FER+")
    assert {"mean_recall", "seed", "seconds", "date"} <= card.keys()
    for name in ("", "_flip", "_crops", "_copies"):
        low, high = card[f"interval{name}"]
        assert low <= card[f"accuracy{name}"] <= high
    low, high = plus["mean_recall_interval"]
    assert low < plus["mean_recall"] < high
    assert np.shape(plus["recall_interval"]) == np.shape(plus["one_annotator_recall_interval"]) == (8, 2)
    assert len(plus["one_annotator_recall"]) == len(plus["recall"]) == 8
    assert card["bytes"][".keras"] == (tmp_path / "squeezenet.keras").stat().st_size
    # Of the 34 faces trained on (the first is in PublicTest too) four were voted each label, and five these two.
    shares = np.where(np.isin(FERPLUS, ["happy", "surprise"]), 5, 4) / 34
    trained = two_headed()
    trained.load_weights(tmp_path / "runs" / "squeezenet" / "best.weights.h5")
    tilted = zoo.load_model(tmp_path / "squeezenet-plus.keras").get_layer("classes").get_weights()[1]
    by = tilted - trained.get_layer("votes_classes").get_weights()[1]
    assert by == pytest.approx(-0.5 * np.log(shares), abs=2e-3)  # the rarer, the higher

    shown = ferlab("compare", "--results", tmp_path / "results", cwd=tmp_path).stdout.splitlines()
    accuracies, others = (line for line in shown if line.startswith("ferlab: SqueezeNet  "))
    for column, view in (("one view", ""), ("ten crops", "_crops"), ("ten copies", "_copies")):
        low, high = (100 * x for x in card[f"interval{view}"])
        found = accuracies[shown[0].index(column) :]
        assert found.startswith(f"{card[f'accuracy{view}']:.1%} ({low:.1f} to {high:.1f})")
    low, high = (100 * x for x in card["mean_recall_interval"])
    assert f"{card['mean_recall']:.1%} ({low:.1f} to {high:.1f})" in others
    assert others.split()[-4:] == ["1,237,671", "1", "of", "56"]
    assert f"trained on: {os.cpu_count()} CPU cores" in shown
    assert next(line for line in shown if "De Lorenzo" in line).endswith("not trained yet")
    drawn = {**card, "evaluated_on": "900 drawn faces, split PublicTest"}
    (tmp_path / "results" / "tekula-cnn.json").write_text(json.dumps(drawn))
    shown = ferlab("compare", "--results", tmp_path / "results", cwd=tmp_path).stdout.splitlines()
    assert next(line for line in shown if "Tekula" in line).endswith(", on 900 drawn faces, split PublicTest")
    (tmp_path / "results" / "squeezenet.json").write_text("{}")
    refused = ferlab("compare", "--results", tmp_path / "results", cwd=tmp_path)
    assert "squeezenet.json lacks accuracy" in refused.stderr


def test_going_on_says_where_from(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 70)
    first = ["train", "squeezenet", "--source", tmp_path / "fer2013.csv", "--epochs", 1]
    assert ferlab(*first, cwd=tmp_path).returncode == 0
    done = ferlab(*first, "--start", "runs/squeezenet", "--out", "runs/averaged", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "runs" / "averaged.json").read_text())
    assert card["weights"] == "mean of those after each of the last 1 epochs"
    settings = settings_of(tmp_path / "runs" / "averaged")
    assert settings["average"] is True
    assert settings["learning_rate"] == pytest.approx(1e-3)
    assert card["epochs_in_recipe"] == 56 + 60
    assert card["epochs"] == len(card["history"]["loss"]) == 2
    assert card["went_on_from"]["epochs"] == 1
    assert "--start" not in card["went_on_from"]["command"]
    # Another network under the same name is another beginning.
    shutil.copy(tmp_path / "runs" / "averaged.keras", tmp_path / "runs" / "squeezenet.keras")
    refused = ferlab(*first, "--start", "runs/squeezenet", "--out", "runs/averaged", cwd=tmp_path)
    assert "training with other settings (start_checksum was" in refused.stderr
    refused = ferlab(*first, "--start", "runs/averaged", "--out", "runs/averaged", cwd=tmp_path)
    assert "would be written over: name another --out" in refused.stderr


@pytest.mark.parametrize(
    ("name", "told"),
    [("rahman-resnet18", (128, 0.02, 5e-4, "sgd")), ("vgg16-narrow", (128, 2e-3, 0.05, "adamw"))],
)
def test_others_are_trained_by_their_recipes(name, told, tmp_path):
    write_csv(tmp_path / "fer2013.csv", 35)
    done = ferlab("train", name, "--source", tmp_path / "fer2013.csv", "--epochs", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "runs" / f"{name}.json").read_text())
    assert card["epochs"] == 1
    assert card["parameters"] == zoo.build(name).count_params()
    assert (tmp_path / "runs" / f"{name}.npz").exists() == (name == "vgg16-narrow")
    settings = settings_of(tmp_path / "runs" / name)
    assert tuple(settings[x] for x in ("batch_size", "learning_rate", "weight_decay", "optimizer")) == told


def test_the_laboratory_s_recipe_trains_the_head_first(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 35)
    write_votes(tmp_path / "fer2013new.csv", 35)
    done = ferlab("train", "vgg16-focal", "--source", tmp_path, "--epochs", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "runs" / "vgg16-focal.json").read_text())
    assert card["epochs"] == RECIPES["vgg16-focal"].head_epochs + 1
    assert card["weights"] == "those after the last epoch"
    # Of a base that stays as it is the optimizer remembers nothing.
    run = tmp_path / "runs" / "vgg16-focal"
    assert len(np.load(run / "head" / "state.npz").files) < len(np.load(run / "state.npz").files)
    assert len(card["classes"]) == 8


def test_recipes_say_what_their_authors_do():
    faces = load_faces("drawn", labels="fer+")
    loss = RECIPES["vgg16-focal"].settings(faces)["loss"]
    assert list(loss.alpha) == [LAB_ALPHA[name] for name in FERPLUS]
    weights = RECIPES["tekula-cnn"].settings(faces)["class_weight"]
    assert weights == class_weights(faces.labels, 8)
    assert RECIPES["delorenzo-cnn"].settings(faces)["class_weight"] is None


def test_a_shipped_network_scores_what_its_card_says(tmp_path):
    done = ferlab("evaluate", "--source", "drawn", "--json", tmp_path / "figures.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert (figures["network"], figures["n"]) == ("squeezenet-drawn", 900)
    assert figures["accuracy"] == pytest.approx(zoo.load_card("squeezenet-drawn")["accuracy"], abs=0.01)


def test_evaluate_takes_the_split_and_the_views_that_are_asked_for(tmp_path):
    file = tmp_path / "figures.json"
    where = ["--split", "PrivateTest", "--views", "flip"]
    main(["evaluate", "squeezenet-drawn", "--source", "drawn", *where, "--json", str(file)])
    figures = json.loads(file.read_text())
    faces = load_faces("drawn", split="PrivateTest")
    report = evaluate(load_predictor("squeezenet-drawn"), faces, views="flip")
    assert (figures["split"], figures["views"], figures["n"]) == ("PrivateTest", "flip", len(faces))
    assert figures["accuracy"] == pytest.approx(report.accuracy)
    assert figures["mean_recall"] == pytest.approx(report.mean_recall)


def test_explain_writes_a_figure_of_a_photo(tmp_path):
    from skimage import data, io

    io.imsave(tmp_path / "astronaut.png", data.astronaut())
    out = tmp_path / "new folder" / "explanation.png"
    done = ferlab("explain", tmp_path / "astronaut.png", "--samples", 100, "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert out.stat().st_size > 10_000
    assert "slic" in done.stdout.lower()


def test_explain_says_which_file_it_wrote(tmp_path, monkeypatch, capsys):
    from skimage import data, io

    monkeypatch.chdir(tmp_path)
    io.imsave("astronaut.png", data.astronaut())
    main(["explain", "astronaut.png", "--samples", "50", "--out", "here"])
    assert "written: here.png" in capsys.readouterr().out
    main(["explain", "astronaut.png", "--samples", "50", "--out", "there.PDF"])
    assert "written: there.PDF" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"astronaut.png", "here.png", "there.PDF"}


def test_explain_asks_about_another_face_than_the_largest(tmp_path, monkeypatch, capsys):
    from skimage import data, io, transform

    monkeypatch.chdir(tmp_path)
    small = (255 * transform.resize(data.astronaut()[:240, 100:340], (160, 160))).astype(np.uint8)
    io.imsave(
        "two.png",
        np.pad(
            np.hstack([data.astronaut()[:240, 100:340], np.pad(small, ((0, 80), (0, 0), (0, 0)))]),
            ((40, 40), (40, 40), (0, 0)),
        ),
    )
    main(["explain", "two.png", "--samples", "50", "--out", "largest"])
    assert "2 faces found; this is --face 0, where 0 is the largest" in capsys.readouterr().out
    main(["explain", "two.png", "--samples", "50", "--out", "other", "--face", "1"])
    assert "--face 1" in capsys.readouterr().out
    assert (tmp_path / "largest.png").read_bytes() != (tmp_path / "other.png").read_bytes()
    with pytest.raises(SystemExit, match="face=2: 2 found in this photo, so 0 to 1"):
        main(["explain", "two.png", "--face", "2"])


def test_output_may_be_cut_short_by_its_reader(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 14)
    command = f"{sys.executable} -m ferlab data --source {tmp_path / 'fer2013.csv'}"
    env = {**os.environ, "FERLAB_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(f"{command} | true", shell=True, capture_output=True, text=True, env=env)
    assert done.stderr == ""


def test_bad_input_gets_one_clear_line(tmp_path):
    done = ferlab("data", "--source", "nowhere.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "nowhere.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_ablate_writes_every_step_of_the_story(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 35)
    done = ferlab("ablate", "--source", tmp_path, "--epochs", 1, "--results", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    steps = comparison.story(tmp_path)["steps"]
    story = tmp_path / "runs" / "story-1-34-0"  # of 1 epoch, with 34 faces, from seed 0
    taught = [settings_of(story / step["step"].replace(" ", "-"))["batch_size"] for step in steps]
    assert [step["batch"] for step in steps] == taught == [512] * 5 + [256]
    parameters = [step["parameters"] for step in steps]
    assert parameters[0] == parameters[1] == parameters[2] < parameters[3] < parameters[4] == parameters[5]
    assert parameters[5] == zoo.build("squeezenet-zima").count_params()
    assert all(step["interval"][0] <= step["accuracy"] <= step["interval"][1] for step in steps)


def test_each_step_of_the_story_changes_one_thing(tmp_path, monkeypatch):
    built, told = [], []

    def noted_network(classes, **settings):
        built.append(settings)
        return squeezenet(classes, **settings)

    def noted(model, training, judged, **settings):
        told.append({"drawn": first_weights(model), **settings})
        return {"loss": [1.0], "seconds": [1.0]}

    monkeypatch.setattr(ablation, "squeezenet", noted_network)
    monkeypatch.setattr(ablation, "fit", noted)
    monkeypatch.setattr(ablation, "as_predictor", names_the_first_of(7))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    write_csv(tmp_path / "fer2013.csv", 14)
    main(["ablate", "--source", str(tmp_path), "--epochs", "1", "--results", "."])
    columns = ("modules", "bypass", "dropout", "batch_norm")
    assert [
        (*(net[c] for c in columns), run["batch_size"]) for net, run in zip(built, told, strict=True)
    ] == [
        (8, False, 0.0, False, 512),
        (8, True, 0.0, False, 512),
        (8, True, 0.2, False, 512),
        (8, True, 0.2, True, 512),
        (11, True, 0.2, True, 512),
        (11, True, 0.2, True, 256),
    ]
    assert {net["kernel_initializer"] for net in built} == {"he_normal"}
    assert [run["class_weight"] for run in told] == [None] * 6
    assert len({run["drawn"] for run in told}) == 1
    for row in comparison.story(tmp_path)["steps"]:
        assert (row["training_accuracy"], row["accuracy"]) == pytest.approx((1 / 13, 2 / 14), abs=1e-6)


def test_each_step_of_the_story_is_counted_beside_the_one_before(tmp_path, monkeypatch):
    answers = iter([0, 1, 1])  # the label that each step names

    def names_the_next(model):
        always = next(answers)
        return lambda images: np.eye(7)[np.full(len(images), always)]

    monkeypatch.setattr(ablation, "STEPS", ablation.STEPS[:3])
    monkeypatch.setattr(ablation, "fit", lambda *_, **__: {"loss": [1.0], "seconds": [1.0]})
    monkeypatch.setattr(ablation, "as_predictor", names_the_next)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    write_csv(tmp_path / "fer2013.csv", 15)  # three faces labelled 0, two labelled 1
    main(["ablate", "--source", str(tmp_path), "--epochs", "1", "--results", "."])
    told = comparison.story(tmp_path)
    assert told["n"] == 15
    changed = [(row["become_right"], row["become_wrong"]) for row in told["steps"]]
    assert changed == [(0, 0), (2, 3), (0, 0)]


def test_ablate_sets_each_training_beside_the_whole_recipe(tmp_path, monkeypatch):
    write_csv(tmp_path / "fer2013.csv", 35)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(parts, "PARTS", parts.PARTS[:3])  # each takes a quarter of a minute
    command = ["ablate", "squeezenet", "--source", str(tmp_path), "--epochs", "1", "--results", "."]
    with pytest.raises(SystemExit, match=r"carry no FER\+ votes"):
        main(command)
    write_votes(tmp_path / "fer2013new.csv", 35)
    main([*command, "--faces", "30"])
    rows = comparison.parts(tmp_path)["trainings"]
    assert [row["seed"] for row in rows] == [0, 1, 0]
    assert {(row["faces"], row["epochs"]) for row in rows} == {(30, 1)}
    assert (rows[0]["become_right"], rows[0]["become_wrong"]) == (0, 0)
    for row in rows:
        gained = row["become_right"] - row["become_wrong"]
        assert row["accuracy"] - rows[0]["accuracy"] == pytest.approx(gained / 35, abs=1e-5)


def test_each_part_is_left_out_of_what_is_trained(tmp_path, monkeypatch):
    told = []

    def noted(model, training, judged, **settings):
        told.append({"targets": training[1], "drawn": first_weights(model), **settings})
        return {"loss": [1.0], "seconds": [1.0]}

    # Seven real trainings would take two minutes; what training does with these settings is tested on its own.
    monkeypatch.setattr(parts, "fit", noted)
    monkeypatch.setattr(parts, "as_predictor", names_the_first_of(15))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    write_csv(tmp_path / "fer2013.csv", 14)
    write_votes(tmp_path / "fer2013new.csv", 14)
    main(["ablate", "squeezenet", "--source", str(tmp_path), "--epochs", "1", "--results", "."])

    whole, seed, votes, smoothing, erasing, crops, turning = told
    assert [run["seed"] for run in (whole, seed)] == [0, 1]
    assert whole["drawn"] == smoothing["drawn"] != seed["drawn"]
    assert {(run["keep_last"], run["learning_rate"]) for run in told} == {
        (True, RECIPES["squeezenet"].learning_rate)
    }
    assert [run["targets"].shape[1] for run in (whole, votes)] == [7 + 8, 7]
    assert [run["targets"][:, :7].max() for run in (whole, smoothing)] == pytest.approx([0.9 + 0.1 / 7, 1])
    # Where nothing is erased, what moves the faces stands alone.
    assert [isinstance(run["augment"], RandomAffine) for run in (whole, erasing)] == [False, True]
    assert [run["augment"].layers[0].side for run in (whole, crops)] == [40, None]
    assert [run["augment"].layers[0].rotation for run in (whole, turning)] == [15, 0]
    # Of 14 faces two have the first label, and one of these shows a photo of PublicTest and is not trained on.
    for row in comparison.parts(tmp_path)["trainings"]:
        assert (row["training_accuracy"], row["accuracy"]) == pytest.approx((1 / 13, 2 / 14), abs=1e-6)


def test_each_part_is_left_out_alone():
    changes = dict(parts.PARTS)
    whole = RECIPES["squeezenet"]
    assert changes.pop("the whole recipe") == {}
    for change in changes.values():
        ((key, value),) = change.items()
        known = {"votes": True, "seed": 0, **vars(whole)}
        assert value != known[key]
        if key == "augment":
            asked = {"side": value["side"] is None, "turn": value.get("rotation") == 0 == value["zoom"]}
            assert sum(asked.values()) == 1, change


def test_leakage_trains_with_copies_of_test_photos_and_without(tmp_path):
    write_csv(tmp_path / "fer2013.csv", 70)
    done = ferlab("leakage", "--source", tmp_path, "--epochs", 1, "--results", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = comparison.leakage(tmp_path)
    assert found["evaluated_on"] == "70 FER-2013 faces, split PublicTest"
    assert [(row["faces"], row["seed"]) for row in found["trainings"]] == [(69, 0), (70, 0), (69, 1)]
    for row in found["trainings"]:
        assert (row["copied"]["faces"], row["others"]["faces"]) == (1, 69)
        right = row["copied"]["right"] + row["others"]["right"]
        assert row["accuracy"] == pytest.approx(right / 70, abs=1e-4)
    with pytest.raises(FileNotFoundError, match="`python -m ferlab leakage --results"):
        comparison.leakage(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match="`python -m ferlab ablate --results"):
        comparison.story(tmp_path / "nothing")


def test_copied_photos_are_counted_apart(tmp_path, monkeypatch):
    told = []

    def noted(model, training, judged, **settings):
        told.append({"drawn": first_weights(model), **settings})
        return {"loss": [1.0], "seconds": [1.0], "accuracy": [0.5]}

    monkeypatch.setattr(leakage, "fit", noted)
    monkeypatch.setattr(leakage, "as_predictor", names_the_first_of(7))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FERLAB_CACHE", str(tmp_path / "cache"))
    write_csv(tmp_path / "fer2013.csv", 70)
    main(["leakage", "--source", str(tmp_path), "--epochs", "1", "--results", "."])
    # Ten of 70 faces have the first label, and the one that is copied is among them.
    rows = comparison.leakage(tmp_path)["trainings"]
    for row in rows:
        assert row["copied"] == {"faces": 1, "right": 1}
        assert row["others"] == {"faces": 69, "right": 9}
        assert row["accuracy"] == pytest.approx(10 / 70, abs=1e-6)
    assert [row["training_accuracy"] for row in rows] == pytest.approx([9 / 69, 10 / 70, 9 / 69], abs=1e-6)
    without, with_copies, another = told
    assert without["drawn"] == with_copies["drawn"] != another["drawn"]
    assert {(run["keep_last"], run["learning_rate"]) for run in told} == {
        (True, RECIPES["squeezenet"].learning_rate)
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["train", "squeezenet", "--epochs", "0"], "0: expected 1 or more"),
        (["train", "squeezenet", "--drawn", "-5"], "-5: expected 1 or more"),
        (["train", "squeezenet", "--out", "mine.keras"], "give the path without an ending"),
        (["train", "alexnet", "--drawn", "7", "--out", "x"], "rahman-ensemble"),
        (["train", "vgg16", "--drawn", "7"], "vgg16 learns fer+ labels"),
        (["train", "rahman-ensemble", "--drawn", "7", "--epochs", "3"], "--epochs can't be heeded"),
        # Paths are looked at before any face is read: there are none here.
        (
            ["train", "squeezenet", "--source", "no", "--start", "mine.keras"],
            "mine.keras: give the path without",
        ),
        (
            ["train", "squeezenet", "--source", "no", "--start", "mine"],
            "--start mine: there is no mine.keras",
        ),
        (
            ["train", "rahman-ensemble", "--source", "no", "--out", "x.keras"],
            "x.keras: give the path without",
        ),
        (
            ["train", "squeezenet", "--drawn", "7", "--source", "no"],
            "--source: not allowed with argument --drawn",
        ),
        (["ablate", "--drawn", "7", "--source", "no"], "--source: not allowed with argument --drawn"),
        (["explain", "nowhere.jpg"], "nowhere.jpg"),
        (["explain", "nowhere.jpg", "--out", "x.txt"], "x.txt: no figure can be written as .txt"),
        (["evaluate", "no-such-network", "--source", "drawn"], "no-such-network"),
        (["classroom", "badges", "03-build-squeezenet.ipynb"], "no repository, expected OWNER/NAME"),
        (["compare", "--results", "nowhere"], "there is no folder nowhere"),
        (["ablate", "squeezenet", "--drawn", "70"], "newly drawn faces have no votes"),
    ],
)
def test_what_the_commands_refuse(given, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert message in f"{ended.value} {capsys.readouterr().err}"
    assert not list(tmp_path.iterdir())


def test_the_help_names_what_can_be_trained_and_what_is_shipped():
    own, *others = TRAINABLE.replace(" (ferlab's own)", "").split(", ")
    assert {own, *others} == {*RECIPES, "rahman-ensemble"}
    *shipped, _ = SHIPPED.split(", ")
    assert set(shipped) == {file.stem for file in zoo.WEIGHTS.glob("*.tflite")}
