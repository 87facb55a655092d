from tests.stories.course_office import course_office
def test_try(tmp_path, monkeypatch):
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with course_office(tmp_path) as office:
        dossier, code = office.processing()
        print(office.everywhere(dossier).course)
        print(office.told(dossier, "4"))
        print(office.paper(code, "M06"))
        print(office.book("2026-11-30"))
