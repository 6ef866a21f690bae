import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { writeSchedulePage } from '../../src/report/schedule-page.ts';
import { diagnose } from '../../src/schedule/diagnostics.ts';
import { listPresets } from '../../src/schedule/file.ts';
import { NO_CHROMIUM, openChromium, watchedTab } from './watched-tab.ts';

it('opens from disk in Chromium, asks for nothing else, draws its figures and hides a schedule in all of them', async (context) => {
  context.skip(NO_CHROMIUM !== undefined, NO_CHROMIUM);
  const folder = await mkdtemp(join(tmpdir(), 'schedule-page-'));
  const browser = await openChromium();
  try {
    const path = join(folder, 'presets.html');
    const presets = (await listPresets()).filter(({ length }) => length === 6 || length === 1000);
    await writeSchedulePage(
      presets.map((schedule) => ({ name: schedule.name, schedule, diagnostics: diagnose(schedule) })),
      path,
    );
    const address = pathToFileURL(path).href;
    const { tab, requests, errors } = await watchedTab(browser);
    await tab.goto(address);
    for (const id of ['betas', 'levels', 'sigmas', 'snr', 'gaps', 'added']) {
      await tab.waitForSelector(`#${id} .scatterlayer .trace`, { state: 'attached' });
      // Four of six steps and one of a thousand.
      expect(await tab.locator(`#${id} .scatterlayer .trace`).count()).toBe(5);
    }
    // Nothing is wider than a narrow page.
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(390);

    await tab.locator('#levels .legendtoggle').first().click();
    for (const id of ['betas', 'levels', 'added']) {
      await tab.waitForFunction(`document.querySelectorAll('#${id} .scatterlayer .trace').length === 4`);
    }
    await tab.locator('#added .legendtoggle').first().click();
    await tab.waitForFunction(`document.querySelectorAll('#betas .scatterlayer .trace').length === 5`);
    expect(requests).toEqual([address]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});
