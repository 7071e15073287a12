namespace Smplat.Functions.Http.OpenApi;

internal static class ApiPageStyle
{
    internal const string Css =
        """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dde3ea; --paper: #fbfcfd; --box: #fff; --accent: #0b6e4f; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9aa7b5; --line: #2d3640; --paper: #14191f; --box: #1b222a; --accent: #5cc8a1; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        header, main { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem; }
        h1 { margin: .5rem 0 0; } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; } h3 { margin: 1rem 0 .25rem; font-size: .95rem; }
        a { color: var(--accent); } nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
        p { margin: .25rem 0; } header p { color: var(--soft); }
        details { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0; }
        details > div { padding: 0 1rem 1rem; }
        summary { cursor: pointer; padding: .55rem .9rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
        summary:focus-visible { outline: 3px solid var(--accent); border-radius: .5rem; }
        .method { font: 600 .8rem/1.4 ui-monospace, monospace; min-width: 3.6rem; color: var(--accent); }
        .what { color: var(--soft); flex: 1 1 14rem; } .scope { font-size: .8rem; color: var(--soft); }
        code, pre { font: .875rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
        pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; margin: .3rem 0; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .25rem 0; } dd { margin: 0; }
        .schema { border: 0; background: none; } .schema > summary { padding: .1rem 0; color: var(--soft); font-size: .85rem; }
        """;
}
