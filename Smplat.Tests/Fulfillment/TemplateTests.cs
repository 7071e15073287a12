using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class TemplateTests
{
    private static readonly JsonObject Context = (JsonObject)JsonNode.Parse("""
        {"order":{"id":"o1","total":12.5,"flag":true,"nothing":null,"tags":["a","b"]},"n":5,"digits":"7","env":{"TOKEN":"t"}}
        """)!;

    [TestCase("\"plain\"", "\"plain\"")]
    [TestCase("\"{{ order.id }}\"", "\"o1\"")]
    [TestCase("\"{{order.total}}\"", "12.5")]
    [TestCase("\"{{ order.flag }}\"", "true")]
    [TestCase("\"{{ order.nothing }}\"", "null")]
    [TestCase("\"{{ order.tags }}\"", """["a","b"]""")]
    [TestCase("\"{{ order.tags.1 }}\"", "\"b\"")]
    [TestCase("\"{{ digits }}\"", "\"7\"")]
    [TestCase("\"id-{{ order.id }}\"", "\"id-o1\"")]
    [TestCase("\"{{ n }}{{ digits }}\"", "57")]
    [TestCase("\"a{{ order.nothing }}b\"", "\"ab\"")]
    [TestCase("\"x {{ order.tags }}\"", "\"x [\\u0022a\\u0022,\\u0022b\\u0022]\"")]
    [TestCase("\"{{ order.nothing }}true\"", "true")]
    [TestCase("\"none\"", "\"none\"")]
    [TestCase("""{"a":[{"b":"{{ n }}"}],"c":1}""", """{"a":[{"b":5}],"c":1}""")]
    public void Expressions_are_filled_and_keep_their_types(string template, string expected) =>
        Assert.That(
            JsonNode.DeepEquals(Template.Render(JsonNode.Parse(template), Context), JsonNode.Parse(expected)), Is.True,
            Template.Render(JsonNode.Parse(template), Context)?.ToJsonString() ?? "null");

    [TestCase("{{ order.missing }}")]
    [TestCase("{{ order..id }}")]
    [TestCase("{{ }}")]
    [TestCase("{{ order.id | upper }}")]
    [TestCase("{{ order.tags.9 }}")]
    [TestCase("{{ order.tags.-1 }}")]
    [TestCase("{{ order.id.deeper }}")]
    [TestCase("{{ __class__ }}")]
    public void A_path_that_does_not_exist_fails(string text) =>
        Assert.That(() => Template.Render(JsonValue.Create(text), Context), Throws.TypeOf<TemplateException>());

    [Test]
    public void Any_text_is_rendered_or_refused_but_never_breaks() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            try
            {
                Template.Render(JsonValue.Create(text.Get), Context);
            }
            catch (TemplateException)
            {
                // Refused: that is fine too.
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Rendering_leaves_the_template_as_it_was()
    {
        var template = JsonNode.Parse("""{"a":"{{ n }}"}""")!;

        Template.Render(template, Context);

        Assert.That(template.ToJsonString(), Is.EqualTo("""{"a":"{{ n }}"}"""));
    }
}
