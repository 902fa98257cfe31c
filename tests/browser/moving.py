"""Film the first page's scene for the README: `make film`, which writes README.webp.

For people to look at; no test asks anything of a picture.
"""

from io import BytesIO

from chromium import FLAGS, find_chromium
from PIL import Image
from playwright.sync_api import Locator, sync_playwright
from visits import HTML, ROOT

SIZE = {"width": 1280, "height": 900}
GUESSES, PRICES = 10, 36  # how far the guess and then the price are moved, in presses of a key
QUICK, SLOW = 80, 2400  # ms that a frame stands


def shot(scene: Locator) -> Image.Image:
    """Return what the scene shows now."""
    return Image.open(BytesIO(scene.screenshot())).convert("RGB")


def film(scene: Locator) -> list[tuple[Image.Image, int]]:
    """Return frames and how long each stands: the question, a guess, the truth, and the price."""
    frames = [(shot(scene), SLOW)]
    guess, price = scene.get_by_label("my guess"), scene.locator("input[type=range]")
    for _ in range(GUESSES):
        guess.press("ArrowLeft")
        frames.append((shot(scene), QUICK))
    scene.get_by_role("button", name="Reveal").click()
    frames.append((shot(scene), 2 * SLOW))
    for _ in range(PRICES):
        price.press("ArrowLeft")
        frames.append((shot(scene), QUICK))
    return [*frames, (shot(scene), SLOW)]


def main() -> None:
    """Write the film beside the README."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page(viewport=SIZE)
        page.goto((HTML / "book/index.html").as_uri())
        scene = page.locator("html[data-explorables=ready] .toy-scene").first
        scene.scroll_into_view_if_needed()
        frames = film(scene)
        browser.close()
    pictures, times = zip(*frames, strict=True)
    pictures[0].save(
        ROOT / "README.webp",
        save_all=True,
        append_images=pictures[1:],
        duration=times,
        loop=0,
        quality=60,
        method=6,
    )


if __name__ == "__main__":
    main()
