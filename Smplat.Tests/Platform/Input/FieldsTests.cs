using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Tests.Platform.Input;

public sealed class FieldsTests
{
    [TestCase("""{"n":60}""", 60)]
    [TestCase("""{"n":"60"}""", 60)]
    [TestCase("""{"n":60.0}""", 60)]
    [TestCase("""{"n":6e1}""", 60)]
    public void A_whole_number_is_read_in_every_notation(string json, int expected)
    {
        var fields = Read(json);

        Assert.That(fields.Integer("n"), Is.EqualTo(expected));
        Assert.That(fields.Errors, Is.Empty);
    }

    [TestCase("""{"n":60.5}""", "int_parsing")]
    [TestCase("""{"n":"sixty"}""", "int_parsing")]
    [TestCase("""{"n":true}""", "int_parsing")]
    [TestCase("""{"n":[]}""", "int_parsing")]
    [TestCase("""{"n":1e400}""", "int_parsing")]
    [TestCase("""{"n":99999999999}""", "less_than_equal")]
    [TestCase("""{"n":-1}""", "greater_than_equal")]
    public void Anything_but_a_whole_number_in_range_is_an_error(string json, string type)
    {
        var fields = Read(json);

        fields.Integer("n", min: 0);

        Assert.That(fields.Errors.Single().Type, Is.EqualTo(type));
        Assert.That(fields.Errors.Single().Location, Is.EqualTo(new object[] { "body", "n" }));
    }

    [Test]
    public void All_errors_of_a_body_are_collected_with_their_paths()
    {
        var fields = Read("""{"name":"","list":[{"id":"x"},5],"flag":"maybe"}""");

        fields.RequiredText("name");
        fields.RequiredText("missing");
        fields.Flag("flag");
        foreach (var item in fields.List("list", 10))
        {
            item.RequiredGuid("id");
        }

        Assert.That(
            fields.Errors.Select(error => $"{string.Join('.', error.Location)}:{error.Type}"),
            Is.EqualTo(new[]
            {
                "body.name:string_too_short", "body.missing:missing", "body.flag:bool_type", "body.list.1:dict_type", "body.list.0.id:uuid_parsing",
            }));
    }

    [Test]
    public void Null_counts_as_absent_and_the_other_name_is_read() =>
        Assert.That(Read("""{"orderId":null,"order_id":"a"}""").Text("orderId", also: "order_id"), Is.EqualTo("a"));

    [Test]
    public void A_label_must_be_one_of_the_list()
    {
        var fields = Read("""{"a":"on","b":"ON"}""");

        Assert.That(fields.Label("a", ["on", "off"]), Is.EqualTo("on"));
        fields.RequiredLabel("b", ["on", "off"]);
        fields.RequiredLabel("c", ["on", "off"]);

        Assert.That(fields.Errors.Select(error => error.Type), Is.EqualTo(new[] { "enum", "missing" }));
    }

    [Test]
    public void A_list_that_is_too_long_is_rejected_without_reading_it()
    {
        var fields = Read($$"""{"list":[{{string.Join(',', Enumerable.Repeat("{}", 51))}}]}""");

        Assert.That(fields.List("list", 50), Is.Empty);
        Assert.That(fields.Errors.Single().Type, Is.EqualTo("too_long"));
    }

    [Test]
    public void An_instant_without_an_offset_is_utc() =>
        Assert.That(
            Read("""{"at":"2026-03-02T09:00:00"}""").Instant("at"),
            Is.EqualTo(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)));

    [Test]
    public void Text_that_Postgres_cannot_store_is_rejected()
    {
        var fields = Read("""{"name":"a\u0000b"}""");

        fields.RequiredText("name");

        Assert.That(fields.Errors.Single().Type, Is.EqualTo("string_nul"));
    }

    [Test]
    public void The_strings_of_a_list_have_the_same_rules()
    {
        var fields = Read("""{"names":["a","b\u0000"],"one":"toolong"}""");

        fields.Texts("names", 5, 5);
        fields.Texts("one", 5, 5);

        Assert.That(
            fields.Errors.Select(error => (string.Join('.', error.Location), error.Type)),
            Is.EqualTo(new[] { ("body.names.1", "string_nul"), ("body.one", "string_type") }));
    }

    [TestCase("""{"name":"   "}""")]
    [TestCase("""{"name":"\t\u00a0\n"}""")]
    public void White_space_alone_is_rejected_where_text_must_be_filled_in(string json)
    {
        var fields = Read(json);

        fields.RequiredText("name", isFilled: true);

        Assert.That(fields.Errors.Single().Type, Is.EqualTo("string_blank"));
        Assert.That(Read(json).RequiredText("name"), Is.Not.Empty);
    }

    private static Fields Read(string json) => Fields.From(JsonDocument.Parse(json).RootElement, "body");
}
