package browser

import (
	"context"
	"fmt"
)

// Selectors of these methods are CSS selectors; they look into open shadow roots as well, the innermost last.

// Reads is the text of everything a selector finds, as it is laid out.
func (p *Page) Reads(ctx context.Context, selector string) ([]string, error) {
	var texts []string
	err := p.Eval(ctx, found(selector)+`.map((node) => node.innerText.trim())`, &texts)
	return texts, err
}

// Sees says whether something that a selector finds is shown.
func (p *Page) Sees(ctx context.Context, selector string) (bool, error) {
	var seen bool
	err := p.Eval(ctx, found(selector)+`.some((node) => node.checkVisibility())`, &seen)
	return seen, err
}

// ClickOn presses the middle of the first shown thing that a selector finds, after it was scrolled into sight and has come
// to rest: what slides in is elsewhere by the time that the press arrives.
func (p *Page) ClickOn(ctx context.Context, selector string) error {
	var middle *struct{ X, Y float64 }
	err := p.Eval(ctx, fmt.Sprintf(`(async () => {
		const middle = () => {
			const node = %s.find((one) => one.checkVisibility());
			if (!node) return null;
			node.scrollIntoView({ block: 'nearest', behavior: 'instant' });
			const box = node.getBoundingClientRect();
			return { X: box.x + box.width / 2, Y: box.y + box.height / 2 };
		};
		const frame = () => new Promise((done) => requestAnimationFrame(done));
		for (let before = middle(), tries = 0; ; tries++) {
			await frame();
			await frame();
			const now = middle();
			if (tries === 100 || JSON.stringify(now) === JSON.stringify(before)) return now;
			before = now;
		}
	})()`, found(selector)), &middle)
	if err != nil {
		return err
	}
	if middle == nil {
		return fmt.Errorf("the page shows nothing for %q", selector)
	}
	return p.Click(ctx, middle.X, middle.Y)
}

// Value is what stands in the first field that a selector finds.
func (p *Page) Value(ctx context.Context, selector string) (string, error) {
	var value string
	err := p.Eval(ctx, found(selector)+`[0]?.value ?? ''`, &value)
	return value, err
}

// found is the expression of the list of what a selector finds.
func found(selector string) string {
	return fmt.Sprintf(`(() => {
		const roots = [document];
		for (const root of roots) {
			for (const node of root.querySelectorAll('*')) if (node.shadowRoot) roots.push(node.shadowRoot);
		}
		return roots.flatMap((root) => [...root.querySelectorAll(%q)]);
	})()`, selector)
}
